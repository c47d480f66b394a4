package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
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
				s, err := Create("feed", WithDir(dir), withProducers(kind, 1), WithWait(wait))
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
