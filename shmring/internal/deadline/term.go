package deadline

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Term is a context that ends when the time of its [Deadline] comes.
type Term struct {
	over atomic.Bool

	mu    sync.Mutex
	done  chan struct{} // made when somebody asks for it
	hooks []*func()
}

// Deadline returns none: the time can be moved.
func (t *Term) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value returns nil.
func (t *Term) Value(any) any { return nil }

// Err returns os.ErrDeadlineExceeded once the time has come.
func (t *Term) Err() error {
	if t.over.Load() {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Done returns a channel that is closed when the time comes.
func (t *Term) Done() <-chan struct{} {
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

// AfterFunc is what context.AfterFunc calls instead of starting a goroutine that waits for Done.
func (t *Term) AfterFunc(f func()) (stop func() bool) {
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

// WakesSleepers says that the Deadline's wake function wakes whoever sleeps under t: see wait.Waking.
func (t *Term) WakesSleepers() {}

// end ends t. Only the first call does anything.
func (t *Term) end() {
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
