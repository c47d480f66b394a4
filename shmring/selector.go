package shmring

import (
	"context"
	"fmt"
	"time"

	"github.com/shmring/ipc/shmring/internal/wait"
)

// MaxSelect is how many consumers one Selector can wait for.
const MaxSelect = wait.MaxGroup

// Selector waits for whichever of several rings has something first, with one goroutine and one thread. It
// and its consumers belong to one goroutine at a time; Close of a consumer may come from anywhere.
type Selector struct {
	consumers []*Consumer
	next      int // where the next look begins, so that a busy ring cannot starve the others
	found     *Consumer
	waiter    wait.Waiter
}

// NewSelector makes a Selector of 1 to [MaxSelect] consumers of named, anonymous or heap segments. Leave a
// consumer that has ended or was closed out of the next one.
func NewSelector(consumers ...*Consumer) (*Selector, error) {
	if n := len(consumers); n < 1 || n > MaxSelect {
		return nil, &OptionError{Option: "NewSelector", Got: fmt.Sprint(n, " consumers"), Want: fmt.Sprintf("1 to %d", MaxSelect)}
	}
	s := &Selector{consumers: consumers}
	doorbells := make([]wait.Doorbell, 0, len(consumers))
	for _, c := range consumers {
		doorbells = append(doorbells, c.seg.dataBell)
	}
	s.waiter.InitGroup(doorbells)
	return s, nil
}

// Wait returns a consumer whose next call does not find its ring empty: there is a record, or the end of
// the stream, or an error to report. It takes turns among those that are ready. It waits until ctx ends, and
// then returns an error that wraps ctx.Err().
func (s *Selector) Wait(ctx context.Context) (*Consumer, error) {
	for _, c := range s.consumers {
		c.guard.Enter()
	}
	defer func() {
		for _, c := range s.consumers {
			c.guard.Leave()
		}
	}()
	s.found = nil
	for s.found == nil {
		condition := (*selection)(s)
		if condition.Ready() { // whatever became of the context
			break
		}
		if err := s.waiter.Wait(ctx, condition); err != nil {
			return nil, &WaitError{Op: "select", Err: err}
		}
	}
	return s.found, nil
}

// selection is what a Selector waits for: found is not nil.
type selection Selector

// Ready looks at those that a cheap look does not rule out.
func (s *selection) Ready() bool {
	return s.look(func(c *Consumer) bool { return (*recordCondition)(c).Ready() && c.delivers(true) })
}

// Recheck looks at each thoroughly.
func (s *selection) Recheck(first bool) (bool, error) {
	return s.look(func(c *Consumer) bool { return c.delivers(first) }), nil
}

// look finds the first consumer, in turn, that is closed or that has something.
func (s *selection) look(has func(*Consumer) bool) bool {
	for range s.consumers {
		c := s.consumers[s.next]
		s.next = (s.next + 1) % len(s.consumers)
		if c.guard.Err() != nil || has(c) {
			s.found = c
			return true
		}
	}
	return false
}

func (s *selection) MaxSleep() time.Duration {
	longest := wait.MaxSleep
	for _, c := range s.consumers {
		longest = min(longest, (*recordCondition)(c).MaxSleep())
	}
	return longest
}

// Err has nothing to report: a consumer that was closed or has lost its memory counts as found.
func (s *selection) Err() error { return nil }

func (s *selection) CheckSize() {
	for _, c := range s.consumers {
		c.guard.CheckSize()
	}
}
