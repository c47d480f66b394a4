package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// join attaches "feed" in directory args[0] at once with 31 others, making it if need be, sends its process id and
// says which segment it got.
func join(args []string) error {
	fmt.Println("ready")
	heard()
	s, err := OpenOrCreate("feed", WithDir(args[0]), WithKind(MPSC))
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		return err
	}
	if err := p.Send(context.Background(), binary.LittleEndian.AppendUint32(nil, uint32(os.Getpid()))); err != nil {
		return err
	}
	fmt.Println(s.Info().ID)
	return p.Close()
}

func TestOpenOrCreateRacedBy32ProcessesMakesOneSegment(t *testing.T) {
	dir := memoryDir(t)
	var racers []*child
	for range 32 {
		racers = append(racers, start(t, "join", dir))
	}
	for _, r := range racers {
		r.says("ready")
	}
	for _, r := range racers {
		r.tell("go")
	}
	pids := map[uint32]bool{}
	id := ""
	for _, r := range racers {
		got := r.line()
		if id == "" {
			id = got
		}
		if got != id {
			t.Errorf("process %d got segment %s, others %s", r.cmd.Process.Pid, got, id)
		}
		r.ends()
		pids[uint32(r.cmd.Process.Pid)] = true
	}
	s, err := Open("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	c := consumer(t, s)
	for r, err := range c.All(soon(t)) {
		must(t, err)
		pid := binary.LittleEndian.Uint32(r.Payload)
		if !pids[pid] {
			t.Errorf("a record of process %d, which sent none or two", pid)
		}
		delete(pids, pid)
	}
	if len(pids) != 0 {
		t.Errorf("no record of %d processes", len(pids))
	}
	onlySegments(t, dir, 1)
}

// onlySegments checks that nothing but segments lies in dir: no drafts, no temporary names.
func onlySegments(t *testing.T, dir string, atMost int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), suffix) {
			t.Errorf("left behind: %s", e.Name())
		}
	}
	if len(entries) > atMost {
		t.Errorf("%d files, want at most %d", len(entries), atMost)
	}
}

// makeAndRemove makes and removes "feed" in directory args[0] for ever.
func makeAndRemove(args []string) error {
	fmt.Println("ready")
	for {
		s, err := Create("feed", WithDir(args[0]), WithCapacity(64<<10))
		if err != nil {
			return err
		}
		if err := errors.Join(s.Close(), Remove("feed", WithDir(args[0]))); err != nil {
			return err
		}
	}
}

func TestACreatorKilledAtAnyMomentLeavesNoneOrAWholeSegment(t *testing.T) {
	dir := memoryDir(t)
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	found := 0
	for range rounds {
		victim := start(t, "make and remove", dir)
		victim.says("ready")
		for end := time.Now().Add(time.Duration(rand.IntN(5000)) * time.Microsecond); time.Now().Before(end); {
			if s, err := Open("feed", WithDir(dir)); err == nil {
				must(t, s.Close())
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("a half-made segment was visible: %v", err)
			}
		}
		victim.kill()
		onlySegments(t, dir, 1)
		s, err := Open("feed", WithDir(dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		found++
		p, c := producer(t, s), consumer(t, s)
		must(t, p.TrySend([]byte("whole")))
		expect(t, c, "whole")
		must(t, s.Close())
		must(t, Remove("feed", WithDir(dir)))
	}
	t.Logf("killed %d creators, %d of them left a segment", rounds, found)
}
