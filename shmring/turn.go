package shmring

import (
	"context"
	"sync/atomic"
)

// turn lets one goroutine at a time through, in no particular order, and gives up waiting when a context
// ends. Free and taken it costs two atomic additions.
//
// crowd counts the holder and those who wait. Whoever leaves a crowd behind hands the turn on with a
// token; as long as one is on its way, crowd counts its future holder.
type callLock struct {
	waiters atomic.Int32
	token   chan struct{}
}

func newCallLock() callLock { return callLock{token: make(chan struct{})} }

// take waits for the turn. An error is ctx.Err(), and then the turn is not taken.
func (t *callLock) lock(ctx context.Context) error {
	if t.waiters.Add(1) == 1 {
		return nil
	}
	select {
	case <-t.token:
		return nil
	case <-ctx.Done():
	}
	for {
		n := t.waiters.Load()
		if n == 1 { // we are the crowd: a token is on its way to us
			<-t.token
			t.unlock()
			return ctx.Err()
		}
		if t.waiters.CompareAndSwap(n, n-1) {
			return ctx.Err()
		}
	}
}

// tryTake takes the turn if it is free.
func (t *callLock) tryLock() bool { return t.waiters.CompareAndSwap(0, 1) }

// leave gives the turn to the next.
func (t *callLock) unlock() {
	if t.waiters.Add(-1) > 0 {
		t.token <- struct{}{}
	}
}
