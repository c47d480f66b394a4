package deadline

import (
	"sync"
	"sync/atomic"
	"time"
)

// Deadline is a point in time that can be moved while calls wait for it. It is safe for concurrent use.
type Deadline struct {
	current atomic.Pointer[Term]
	wake    func() // wakes whoever sleeps under the term without a hook in it; or nil

	mu    sync.Mutex
	at    time.Time   // zero: never, or the term has ended
	timer *time.Timer // made when it is first needed
}

// New returns a deadline that is not set. wake, if it is not nil, is called after each end of a term.
func New(wake func()) *Deadline {
	d := &Deadline{wake: wake}
	d.current.Store(new(Term))
	return d
}

// Current returns a context that ends with the deadline.
func (d *Deadline) Current() *Term { return d.current.Load() }

// Set moves the deadline to t; the zero time means never.
func (d *Deadline) Set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.Current().Err() != nil {
		d.current.Store(new(Term))
	}
	d.at = t
	left := time.Until(t)
	switch {
	case t.IsZero():
	case left <= 0:
		d.endTerm()
	case d.timer != nil:
		d.timer.Reset(left)
	default:
		d.timer = time.AfterFunc(left, d.expire)
	}
}

// expire is what the timer calls. Set may have moved the deadline since the timer fired.
func (d *Deadline) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.at.IsZero() && time.Until(d.at) <= 0 {
		d.endTerm()
	}
}

// endTerm ends the current term. The caller holds mu.
func (d *Deadline) endTerm() {
	d.at = time.Time{}
	d.Current().end()
	if d.wake != nil {
		d.wake()
	}
}
