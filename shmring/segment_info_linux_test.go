package shmring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

const hidden = "alive, not visible from here"

// disguise makes the owner of a slot look like a process of another pid or time namespace: its description fits no process
// that can be seen from here.
func disguise(s *Segment, slot int) {
	mem.Store(&s.slots.Table[slot].StartTime, mem.Load(&s.slots.Table[slot].StartTime)+1)
}

func TestALivingPartyThatCannotBeSeenIsAliveAndNobodyElse(t *testing.T) {
	s, _ := named(t, WithKind(MPSC))
	p, c := producer(t, s), consumer(t, s)
	r, err := p.TryReserve(10)
	must(t, err)
	_, err = c.TryNext()
	want(t, "behind an open reservation", err, ErrEmpty)
	for i, party := range s.Info().Parties {
		if !party.Alive || party.Command == "" || party.State == hidden {
			t.Errorf("visible: %+v", party)
		}
		disguise(s, i)
	}
	for _, party := range s.Info().Parties {
		if !party.Alive || party.Command != "" || party.State != hidden {
			t.Errorf("disguised: %+v", party)
		}
		text, err := json.Marshal(party)
		must(t, err)
		if !strings.Contains(string(text), `"alive":true,"state":"`+hidden+`"`) {
			t.Errorf("in JSON: %s", text)
		}
	}
	_, err = s.Consumer()
	if want(t, "Consumer", err, ErrBusy); !strings.Contains(fmt.Sprint(err), "which is not visible from here") {
		t.Errorf("Consumer: got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = c.Next(ctx)
	if b := s.Stats().Blocked; b == nil || b.State != hidden || b.Role != RoleProducer || !strings.Contains(fmt.Sprint(err), b.State) {
		t.Errorf("blocked by %v; Next: %v", b, err)
	}
	r.Abort()
	must(t, errors.Join(p.Close(), c.Close()))
}

func TestAgesDoNotFollowTheClock(t *testing.T) {
	for what, c := range map[string]struct {
		created time.Time
		max     time.Duration
	}{
		"made before the clock was set back": {time.Now().Add(time.Hour), 0},
		"made before the clock was set":      {time.Unix(1, 0), proc.Uptime() + time.Minute},
	} {
		dir := memoryDir(t)
		s, err := Create("feed", WithDir(dir))
		must(t, err)
		path := s.Info().Path
		must(t, s.Close())
		file, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, forged(func(h *layout.Header) { h.Created = c.created.UnixNano() })(file), 0o600))
		s, err = Open("feed", WithDir(dir))
		must(t, err)
		defer s.Close()
		p := producer(t, s)
		mem.Store(&s.slots.Table[1].Attached, uint64(c.created.UnixNano()))
		info := s.Info()
		if info.Age < 0 || info.Age > c.max {
			t.Errorf("%s: the segment's age is %v, want at most %v", what, info.Age, c.max)
		}
		if age, most := info.Parties[0].Age, proc.SinceStart(proc.Self().StartTime); age < 0 || age > most {
			t.Errorf("%s: the party's age is %v, want at most %v", what, age, most)
		}
		must(t, p.Close())
	}
}

func TestADeadPartyIsGoneWhoeverHasItsPID(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	victim := start(t, "hold", dir, "producer")
	victim.says("ready")
	victim.kill()
	self := producer(t, s)
	must(t, self.Close())
	slot := &s.slots.Table[1]
	mem.Store(&slot.Status, mem.Load(&slot.Status)+1) // as if we had died: attached, and the lease is free
	parties := s.Info().Parties
	if len(parties) != 1 || parties[0].Alive || parties[0].State != "gone" || parties[0].Command != "" {
		t.Errorf("got %+v", parties)
	}
}

func TestAStoppedConsumerThatKeepsASendWaitingIsNamed(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, w := range []Wait{Adaptive, Spin, Park} {
			t.Run(kind.String()+"/"+w.String(), func(t *testing.T) {
				dir := memoryDir(t)
				s, err := Create("feed", WithDir(dir), WithKind(kind), WithWait(w), WithCapacity(4096))
				must(t, err)
				defer s.Close()
				p := producer(t, s)
				c := start(t, "hold", dir, "consumer")
				c.says("ready")
				must(t, c.cmd.Process.Signal(syscall.SIGSTOP))
				who := fmt.Sprintf("consumer process %d (slot 0, stopped)", c.cmd.Process.Pid)
				eventually(t, "the consumer is stopped", func() bool {
					return len(s.Info().Parties) == 2 && s.Info().Parties[0].State == "stopped"
				})
				if b := s.Stats().Blocked; b != nil {
					t.Errorf("with nothing to receive: blocked by %v", b)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				for err == nil {
					err = p.Send(ctx, make([]byte, 1000))
				}
				var waited *WaitError
				if !errors.As(err, &waited) || waited.Peer != who {
					t.Errorf("Send: got %v, want one that names %s", err, who)
				}
				b := s.Stats().Blocked
				if b == nil || b.Role != RoleConsumer || b.PID != c.cmd.Process.Pid || b.State != "stopped" || b.String() != who {
					t.Fatalf("blocked by %v, want %s", b, who)
				}
				text, err := json.Marshal(b)
				must(t, err)
				if strings.Contains(string(text), "since") {
					t.Errorf("in JSON: %s", text)
				}
				must(t, c.cmd.Process.Signal(syscall.SIGCONT))
				must(t, p.Send(soon(t), []byte("on")))
				eventually(t, "nobody is stopped", func() bool { return s.Stats().Blocked == nil })
			})
		}
	}
}
