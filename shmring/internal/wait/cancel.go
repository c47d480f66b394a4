package wait

import "context"

// Waking is a context that wakes the sleepers of a connection itself when it ends, so that nobody need hook into it.
type Waking interface{ WakesSleepers() }

// canceller wakes a sleeper when its context ends.
type canceller struct {
	stopHook func() bool
	done     chan struct{}
}

// arm hooks into the context, once; contexts that cannot end cost nothing.
func (c *canceller) arm(ctx context.Context, b bell) {
	if c.stopHook != nil {
		return
	}
	if _, wakes := ctx.(Waking); wakes {
		if _, ok := b.(*socketBell); ok { // the deadline of its own connection
			return
		}
	}
	if ctx.Done() == nil {
		return
	}
	c.done = make(chan struct{})
	done := c.done
	c.stopHook = context.AfterFunc(ctx, func() {
		b.wakeAll()
		close(done)
	})
}

// stop unhooks; when it returns, the hook does not touch the memory any more.
func (c *canceller) stop() {
	if c.stopHook != nil && !c.stopHook() {
		<-c.done
	}
}
