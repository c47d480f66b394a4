package shmring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// workUntilLost works on "feed" in directory args[0] as args[1] does, until the memory is gone; args[2] is how it
// waits.
func workUntilLost(args []string) error {
	wait := map[string]Wait{"adaptive": Adaptive, "spin": Spin, "park": Park}[args[2]]
	s, err := Open("feed", WithDir(args[0]), WithWait(wait))
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	var work func() error
	var end func() error
	switch args[1] {
	case "send":
		p, err := s.Producer()
		if err != nil {
			return err
		}
		msg := make([]byte, 1000)
		work, end = func() error { return p.Send(ctx, msg) }, p.Close
	case "reserve":
		p, err := s.Producer()
		if err != nil {
			return err
		}
		work, end = func() error {
			return p.SendFunc(ctx, 1000, func(b []byte) (int, error) {
				for i := range b {
					b[i] = 1
				}
				return len(b), nil
			})
		}, p.Close
	case "receive":
		c, err := s.Consumer()
		if err != nil {
			return err
		}
		var dst []byte
		work, end = func() (err error) {
			dst, err = c.Recv(ctx, dst)
			return err
		}, c.Close
	case "borrow":
		c, err := s.Consumer()
		if err != nil {
			return err
		}
		sum := 0
		work, end = func() error {
			r, err := c.Next(ctx)
			for _, b := range r.Payload {
				sum += int(b)
			}
			c.Release()
			return err
		}, c.Close
	}
	fmt.Println("ready")
	for err == nil {
		err = work()
	}
	fmt.Println(report(err))
	fmt.Println(report(work()))
	_, err = s.Producer()
	fmt.Println(report(err))
	s.Stats()
	s.Info()
	return end()
}

func TestATruncatedFileIsALostSegmentOnBothSides(t *testing.T) {
	const first, second = 4096, 8192 // all but the ring, all but the ring's first page
	for _, c := range []struct {
		sides []string
		waits []string
		size  int64
	}{
		{[]string{"send", "receive"}, []string{"adaptive", "spin", "park"}, 0},
		{[]string{"send", "receive"}, []string{"adaptive", "park"}, first},
		{[]string{"reserve", "borrow"}, []string{"adaptive", "spin", "park"}, 0},
		{[]string{"reserve", "borrow"}, []string{"adaptive", "park"}, first},
		{[]string{"receive"}, []string{"spin", "park"}, 0},
		{[]string{"borrow"}, []string{"park"}, 0},
		{[]string{"send"}, []string{"spin", "park"}, 0}, // into a ring that is soon full
		{[]string{"reserve"}, []string{"park"}, 0},
		{[]string{"receive"}, []string{"spin", "park"}, second}, // the words that they look at stay
		{[]string{"send"}, []string{"spin", "park"}, second},
	} {
		for _, wait := range c.waits {
			t.Run(fmt.Sprintf("%v/%s/to %d", c.sides, wait, c.size), func(t *testing.T) {
				t.Parallel() // sleepers look once a second
				dir := memoryDir(t)
				s, err := Create("feed", WithDir(dir), WithCapacity(64<<10))
				must(t, err)
				must(t, s.Close())
				var workers []*child
				for _, side := range c.sides {
					w := start(t, "work until lost", dir, side, wait)
					w.says("ready")
					workers = append(workers, w)
				}
				must(t, os.Truncate(filepath.Join(dir, "feed"+suffix), c.size))
				for _, w := range workers {
					for range 3 {
						w.says("lost")
					}
					w.ends()
				}
			})
		}
	}
}

// borrow holds a borrowed record and a reservation of "feed" in directory args[0] while the memory vanishes.
func borrow(args []string) error {
	s, err := Open("feed", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer s.Close()
	c, err := s.Consumer()
	if err != nil {
		return err
	}
	p, err := s.Producer()
	if err != nil {
		return err
	}
	if err := p.Send(context.Background(), make([]byte, 20000)); err != nil {
		return err
	}
	record, err := c.TryNext()
	if err != nil {
		return err
	}
	reserved, err := p.TryReserve(20000)
	if err != nil {
		return err
	}
	fmt.Println("borrowed")
	heard()
	sum := 0
	for _, b := range record.Payload {
		sum += int(b)
	}
	for i := range reserved.Bytes() {
		reserved.Bytes()[i] = byte(i)
	}
	if sum != 0 {
		return errors.New("lost memory reads as something else than zeros")
	}
	fmt.Println(report(reserved.Commit()))
	c.Release()
	_, err = c.TryNext()
	fmt.Println(report(err))
	return nil
}

func TestBorrowedMemoryThatVanishesCrashesNobody(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir), WithCapacity(64<<10))
	must(t, err)
	must(t, s.Close())
	c := start(t, "borrow", dir)
	c.says("borrowed")
	must(t, os.Truncate(filepath.Join(dir, "feed"+suffix), 100))
	c.tell("go")
	c.says("lost")
	c.says("lost")
	c.ends()
}

// A consumer has the kernel tell it when a producer's process ends. That must not ring a bell in memory that is gone.
func TestALostConsumerStopsWatchingItsProducers(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir), WithWait(Park))
	must(t, err)
	c := consumer(t, s)
	watched := start(t, "hold", dir, "producer")
	watched.says("ready")
	ended := make(chan error)
	go func() {
		_, err := c.Recv(soon(t), nil)
		ended <- err
	}()
	eventually(t, "the consumer watches and sleeps", func() bool { return s.Stats().EmptyWaits == 1 })
	must(t, os.Truncate(s.Info().Path, 0))
	want(t, "Recv", <-ended, ErrSegmentLost)
	if n := c.watcher.Count(); n != 1 {
		t.Fatalf("%d processes are watched, want 1", n)
	}
	must(t, s.Close())
	if c.watcher.Watching() {
		t.Error("the consumer still watches its producer")
	}
	watched.kill()
}
