package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hold attaches as a producer or consumer of the segment "feed" in directory args[0] and stays. A producer sends
// what its parent tells it; a consumer says what it received.
func hold(args []string) error {
	s, err := Open("feed", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer s.Close()
	if args[1] == "consumer" {
		c, err := s.Consumer()
		if err != nil {
			return err
		}
		fmt.Println("ready")
		for {
			r, err := c.Next(context.Background())
			if err != nil {
				fmt.Println(report(err))
				return c.Close()
			}
			fmt.Println(string(r.Payload))
			c.Release()
		}
	}
	p, err := s.Producer()
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for line := heard(); line != ""; line = heard() {
		if err := p.Send(context.Background(), []byte(line)); err != nil {
			return err
		}
		fmt.Println("sent")
	}
	return p.Close()
}

func TestAKilledProducerIsReportedAndTakenOver(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, wait := range []Wait{Adaptive, Spin, Park} {
			t.Run(kind.String()+"/"+wait.String(), func(t *testing.T) {
				dir := memoryDir(t)
				s, err := Create("feed", WithDir(dir), WithKind(kind), WithWait(wait), WithMaxProducers(1))
				must(t, err)
				defer s.Close()
				c := consumer(t, s)
				victim := start(t, "hold", dir, "producer")
				victim.says("ready")
				_, err = s.Producer()
				want(t, "beside a living producer", err, ErrBusy)
				victim.tell("last words")
				victim.says("sent")
				ended := make(chan error)
				go func() {
					_, err := c.Recv(soon(t), nil)
					if err == nil {
						_, err = c.Recv(soon(t), nil) // asleep when it happens
					}
					ended <- err
				}()
				eventually(t, "the record was received", func() bool { return s.Stats().Received == 1 })
				victim.kill()
				err = <-ended
				var d *PeerDiedError
				if !errors.As(err, &d) || d.PID != victim.cmd.Process.Pid || d.Role != RoleProducer {
					t.Errorf("got %v, want a PeerDiedError of process %d", err, victim.cmd.Process.Pid)
				}
				p := producer(t, s)
				must(t, p.TrySend([]byte("successor")))
				expect(t, c, "successor")
			})
		}
	}
}

func TestAKilledConsumerIsTakenOver(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	p := producer(t, s)
	must(t, p.TrySend([]byte("one")))
	victim := start(t, "hold", dir, "consumer")
	victim.says("ready")
	victim.says("one")
	_, err = s.Consumer()
	var busy *BusyError
	if !errors.As(err, &busy) || busy.PID != victim.cmd.Process.Pid {
		t.Errorf("got %v, want a BusyError of process %d", err, victim.cmd.Process.Pid)
	}
	eventually(t, "the record was released", func() bool { return s.Stats().Received == 1 })
	victim.kill()
	must(t, p.TrySend([]byte("two")))
	expect(t, consumer(t, s), "two")
}

func TestCursorsContinueWhenEverybodyComesBack(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			dir := t.TempDir() // on a disk
			s, err := Create("feed", WithDir(dir), WithKind(kind), WithCapacity(4096))
			must(t, err)
			must(t, s.Close())
			next := 0
			for round := range 5 {
				p := start(t, "hold", dir, "producer")
				p.says("ready")
				for i := range 3 {
					p.tell(fmt.Sprint(3*round + i))
					p.says("sent")
				}
				if round%2 == 0 {
					must(t, p.in.Close())
					p.ends()
				} else {
					p.kill()
				}
				s, err := Open("feed", WithDir(dir))
				must(t, err)
				must(t, s.Flush())
				if round == 3 { // a consumer that takes all but one
					c := consumer(t, s)
					for ; next < 3*round+2; next++ {
						expect(t, c, fmt.Sprint(next))
					}
				}
				must(t, s.Close())
			}
			c := start(t, "hold", dir, "consumer")
			c.says("ready")
			for ; next < 15; next++ {
				c.says(fmt.Sprint(next))
			}
			c.says("end")
			c.ends()
		})
	}
}

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

func TestANameMadeAnewIsAnotherSegment(t *testing.T) {
	dir := memoryDir(t)
	old, err := Create("feed", WithDir(dir))
	must(t, err)
	defer old.Close()
	p, c := producer(t, old), consumer(t, old)
	must(t, p.TrySend([]byte("old")))
	must(t, Remove("feed", WithDir(dir)))
	want(t, "Open between", second(Open("feed", WithDir(dir))), fs.ErrNotExist)
	fresh, err := Create("feed", WithDir(dir))
	must(t, err)
	defer fresh.Close()
	if old.Info().ID == fresh.Info().ID {
		t.Error("both have one id")
	}
	p2, c2 := producer(t, fresh), consumer(t, fresh) // the old one's leases are not in the way
	must(t, p2.TrySend([]byte("new")))
	must(t, p.TrySend([]byte("older")))
	expect(t, c, "old")
	expect(t, c, "older")
	expect(t, c2, "new")
	_, err = c2.TryRecv(nil)
	want(t, "the new segment", err, ErrEmpty)
	must(t, p.Close())
	want(t, "the old stream", pollEnd(t, c), io.EOF)
	if _, err := os.Stat(filepath.Join(dir, "feed"+suffix)); err != nil {
		t.Error(err)
	}
}
