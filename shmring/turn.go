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
type turn struct {
	crowd atomic.Int32
	token chan struct{}
}

func newTurn() turn { return turn{token: make(chan struct{})} }

// take waits for the turn. An error is ctx.Err(), and then the turn is not taken.
func (t *turn) take(ctx context.Context) error {
	if t.crowd.Add(1) == 1 {
		return nil
	}
	select {
	case <-t.token:
		return nil
	case <-ctx.Done():
	}
	for {
		n := t.crowd.Load()
		if n == 1 { // we are the crowd: a token is on its way to us
			<-t.token
			t.leave()
			return ctx.Err()
		}
		if t.crowd.CompareAndSwap(n, n-1) {
			return ctx.Err()
		}
	}
}

// tryTake takes the turn if it is free.
func (t *turn) tryTake() bool { return t.crowd.CompareAndSwap(0, 1) }

// leave gives the turn to the next.
func (t *turn) leave() {
	if t.crowd.Add(-1) > 0 {
		t.token <- struct{}{}
	}
}
