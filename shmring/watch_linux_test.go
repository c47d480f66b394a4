package shmring

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/shmring/ipc/shmring/internal/wait"
)

// holdTwo has two producers of "feed" in directory args[0], which close one by one, each when it is told to.
func holdTwo(args []string) error {
	s, err := Open("feed", WithDir(args[0]))
	if err != nil {
		return err
	}
	defer s.Close()
	var both []*Producer
	for range 2 {
		p, err := s.Producer()
		if err != nil {
			return err
		}
		both = append(both, p)
	}
	fmt.Println("ready")
	for _, p := range both {
		heard()
		if err := p.Close(); err != nil {
			return err
		}
		fmt.Println("closed")
	}
	heard()
	return nil
}

func TestAProcessIsWatchedOnceHoweverManyProducersItHas(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir), WithKind(MPSC))
	must(t, err)
	defer s.Close()
	c := consumer(t, s)
	defer producer(t, s).Close() // our own process is not watched at all
	watched := func(when string, want int) {
		t.Helper()
		if _, err := (*recordCondition)(c).Recheck(true); err != nil {
			t.Fatal(err)
		}
		if got := c.watcher.Count(); got != want || !c.watcher.Complete() {
			t.Errorf("%s: %d processes are watched, want %d; some are not: %v", when, got, want, !c.watcher.Complete())
		}
	}
	watched("alone", 0)
	two := start(t, "hold two", dir)
	two.says("ready")
	watched("two producers", 1)
	two.tell("close one")
	two.says("closed")
	watched("one producer", 1)
	two.tell("close the other")
	two.says("closed")
	watched("no producer", 0)
	two.tell("go")
	two.ends()
}

// A dead producer that nobody reports, because others live or because the consumer follows, must not keep it polling.
func TestAnIdleConsumerMarksADeathOnceAndSleeps(t *testing.T) {
	for name, opts := range map[string][]Option{"others live": nil, "it follows": {WithFollow()}} {
		t.Run(name, func(t *testing.T) {
			dir := memoryDir(t)
			s, err := Create("feed", append(opts, WithDir(dir), WithKind(MPSC), WithWait(Park))...)
			must(t, err)
			defer s.Close()
			c := consumer(t, s)
			if opts == nil {
				defer producer(t, s).Close()
			}
			dead := start(t, "hold", dir, "producer")
			dead.says("ready")
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() {
				_, err := c.Recv(ctx, nil)
				ended <- err
			}()
			eventually(t, "the consumer sleeps", func() bool { return s.Stats().EmptyWaits == 1 })
			dead.kill()
			eventually(t, "the death is counted", func() bool { return s.Stats().Deaths == 1 })
			eventually(t, "the consumer is asleep again", func() bool { return s.dataBell.Pending() })
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v, want that the context ended", err)
			}
			if got := s.Stats().Deaths; got != 1 {
				t.Errorf("%d deaths are counted, want 1", got)
			}
			if !c.watcher.Complete() {
				t.Error("the dead process still counts as one that cannot be watched")
			}
			if got := (*recordCondition)(c).MaxSleep(); got != wait.MaxSleep && !c.watcher.Settling() {
				t.Errorf("the consumer sleeps for %v at a time", got)
			}
		})
	}
}
