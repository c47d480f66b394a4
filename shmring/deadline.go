package shmring

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// deadline is a point in time that can be moved while somebody waits for it. Its term ends when the time comes;
// setting another time after that begins another term.
type deadline struct {
	now  atomic.Pointer[term]
	wake func() // wakes whoever sleeps on a doorbell under the term; nil if nobody does

	mu    sync.Mutex
	at    time.Time   // zero: never, or the term has ended
	timer *time.Timer // made when it is needed first
}

func newDeadline(rouse func()) *deadline {
	d := &deadline{wake: rouse}
	d.now.Store(new(term))
	return d
}

// current returns a context that ends with the deadline.
func (d *deadline) current() *term { return d.now.Load() }

// set moves the deadline to t; the zero time means never.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.current().Err() != nil {
		d.now.Store(new(term))
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

// ring is what the timer does, which may have been stopped too late.
func (d *deadline) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.at.IsZero() && time.Until(d.at) <= 0 {
		d.endTerm()
	}
}

// pass ends the term. The caller has mu.
func (d *deadline) endTerm() {
	d.at = time.Time{}
	d.current().end()
	if d.wake != nil {
		d.wake()
	}
}

// term is a context that costs next to nothing: programs set deadlines for every message, and some of them to a
// time in the past, to get out of a Read. What others need only now and then is made when they ask for it.
type term struct {
	over atomic.Bool

	mu    sync.Mutex
	done  chan struct{}
	hooks []*func()
}

// Deadline does not say: the time can be moved.
func (t *term) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value has none.
func (t *term) Value(any) any { return nil }

// Err returns os.ErrDeadlineExceeded once the time has come.
func (t *term) Err() error {
	if t.over.Load() {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Done returns a channel that is closed when the time comes.
func (t *term) Done() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done == nil {
		t.done = make(chan struct{})
		if t.over.Load() {
			close(t.done)
		}
	}
	return t.done
}

// AfterFunc is what context.AfterFunc calls: it spares it a goroutine.
func (t *term) AfterFunc(f func()) (stop func() bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hook := &f
	if t.over.Load() {
		go f()
	} else {
		t.hooks = append(t.hooks, hook)
	}
	return func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		i := slices.Index(t.hooks, hook)
		if i >= 0 {
			t.hooks = slices.Delete(t.hooks, i, i+1)
		}
		return i >= 0
	}
}

// end ends the context, once.
func (t *term) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over.Swap(true) {
		return
	}
	if t.done != nil {
		close(t.done)
	}
	for _, hook := range t.hooks {
		go (*hook)()
	}
	t.hooks = nil
}

// WakesSleepers: see wait.Waking. The deadline wakes whoever sleeps under it.
func (t *term) WakesSleepers() {}
