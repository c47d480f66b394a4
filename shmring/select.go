package shmring

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// MaxSelect is how many consumers one Selector can wait for. The kernel waits for 128 words at a time; one of
// them is the Selector's own.
const MaxSelect = futex.MaxWords - 1

// Selector waits for whichever of several rings has something first, with one goroutine and one thread. It
// and its consumers belong to one goroutine at a time; Close of a consumer may come from anywhere.
type Selector struct {
	consumers []*Consumer
	next      int // where the next look begins, so that a busy ring cannot starve the others
	addrs     []*uint32
	vals      []uint32
	own       *uint32 // this Selector's word, after the consumers': cancellation bumps it
}

// NewSelector makes a Selector of 1 to [MaxSelect] consumers of named, anonymous or heap segments. Leave a
// consumer that has ended or was closed out of the next one.
func NewSelector(consumers ...*Consumer) (*Selector, error) {
	if n := len(consumers); n < 1 || n > MaxSelect {
		return nil, &OptionError{Option: "NewSelector", Got: fmt.Sprint(n, " consumers"), Want: fmt.Sprintf("1 to %d", MaxSelect)}
	}
	s := &Selector{
		consumers: consumers, own: new(uint32),
		addrs: make([]*uint32, 0, len(consumers)+1), vals: make([]uint32, len(consumers)+1),
	}
	for _, c := range consumers {
		s.addrs = append(s.addrs, c.data.doorbell.seq)
	}
	s.addrs = append(s.addrs, s.own)
	return s, nil
}

// Wait returns a consumer whose next call does not find its ring empty: there is a record, or the end of
// the stream, or an error to report. It takes turns among those that are ready. It waits until ctx ends, and
// then returns an error that wraps ctx.Err().
func (s *Selector) Wait(ctx context.Context) (*Consumer, error) {
	for _, c := range s.consumers {
		c.enter()
	}
	defer func() {
		for _, c := range s.consumers {
			c.leave()
		}
	}()
	for range minYields {
		if c := s.ready(); c != nil {
			return c, nil
		}
		runtime.Gosched()
	}
	done := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		atomic.AddUint32(s.own, 1)
		futex.Wake(s.own, 1)
		close(done)
	})
	defer func() {
		if !unhook() {
			<-done
		}
	}()
	for lap := 0; ; lap++ {
		for i, addr := range s.addrs { // before the thorough look: a wake-up during it must not be lost
			s.vals[i] = mem.Load32(addr)
		}
		if c := s.recheck(lap == 0); c != nil {
			return c, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, &WaitError{Op: "select", Err: err}
		}
		s.park(ctx)
	}
}

// ready looks at those that a cheap look does not rule out.
func (s *Selector) ready() *Consumer {
	return s.look(func(c *Consumer) bool { return c.ready() && c.delivers(true) })
}

// attend looks at each thoroughly, for the first time in this wait or again.
func (s *Selector) recheck(first bool) *Consumer {
	return s.look(func(c *Consumer) bool { return c.delivers(first) })
}

// look returns the first consumer, in turn, that is closed or that has something.
func (s *Selector) look(has func(*Consumer) bool) *Consumer {
	for range s.consumers {
		c := s.consumers[s.next]
		s.next = (s.next + 1) % len(s.consumers)
		if c.err() != nil || has(c) {
			return c
		}
	}
	return nil
}

// delivers reports that the next call returns something else than ErrEmpty.
func (c *Consumer) delivers(first bool) bool {
	done, err := c.recheck(first)
	return done || err != nil
}

// park sleeps until one of the bells has rung since s.vals were read: waiter.park for many.
func (s *Selector) park(ctx context.Context) {
	patience := backstop
	for _, c := range s.consumers {
		mem.Or32(c.data.doorbell.flags, layout.WaitFlag)
		patience = min(patience, c.maxSleep())
	}
	fence.Global() // pairs with the look at the flag after a commit: see bell
	if s.ready() == nil && ctx.Err() == nil {
		if _, err := futex.WaitAny(s.addrs, s.vals, patience); err != nil && err != futex.ErrTimeout {
			time.Sleep(min(patience, openClaimSleep)) // a kernel that cannot wait for several words
		}
	}
	for _, c := range s.consumers {
		mem.And32(c.data.doorbell.flags, ^layout.WaitFlag) // spare the peers a system call
	}
}
