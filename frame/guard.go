package frame

import (
	"context"
	"sync"
	"time"
)

// guard lets the end of a context interrupt a blocked call, by a deadline in the past, and puts the
// user's deadline back when the call is over.
//
// The registration with a context stays from call to call while the context is the same, so that a loop
// allocates nothing. It must therefore not keep the stream alive: set is there only during a call, and
// the owner drops the registration when it is collected.
type guard struct {
	mu    sync.Mutex
	user  time.Time             // the deadline set through SetDeadline
	done  <-chan struct{}       // of the registered context
	stop  func() bool           // undoes the registration
	set   func(time.Time) error // sets the stream's deadline; nil between calls
	fired bool                  // the stream's deadline is ours, not the user's
}

// enter begins a call under ctx. An error is ctx.Err(), and then the call has not begun.
func (g *guard) enter(ctx context.Context, set func(time.Time) error) error {
	done := ctx.Done()
	if done == nil {
		return nil // never ends
	}
	if set == nil {
		return ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if done != g.done {
		g.drop()
		g.done, g.stop = done, context.AfterFunc(ctx, func() { g.fire(done) })
	}
	// A context that ends from here on finds set; one that ended before is seen now. Hence the order.
	g.set = set
	if err := ctx.Err(); err != nil {
		g.set = nil
		return err
	}
	return nil
}

// fire runs when the context whose Done channel is done has ended.
func (g *guard) fire(done <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.set != nil && g.done == done {
		g.fired = g.set(time.Unix(1, 0)) == nil // long past
	}
}

// leave ends a call.
func (g *guard) leave() {
	if g.set == nil { // only enter and leave store it, and both run in the owner's goroutine
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fired {
		// An error means a closed stream, and the next call meets that by itself.
		_ = g.set(g.user)
		g.fired = false
	}
	g.set = nil
}

// deadline sets the user's deadline, at once or, while a context has interrupted a call, after it.
func (g *guard) deadline(t time.Time, set func(time.Time) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.user = t
	if g.fired {
		return nil
	}
	return set(t)
}

// release drops the registration with the last context.
func (g *guard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop()
}

func (g *guard) drop() {
	if g.stop != nil {
		g.stop()
		g.done, g.stop = nil, nil
	}
}
