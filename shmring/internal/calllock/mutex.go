package calllock

import (
	"context"
	"sync/atomic"
)

// Mutex is a lock that is waited for under a context. Call Init before anything else; a Mutex must not be copied.
type Mutex struct {
	waiters atomic.Int32 // the holder and those who wait
	token   chan struct{}
}

// Init sets m up, unlocked.
func (m *Mutex) Init() { m.token = make(chan struct{}) }

// Lock waits for the lock until ctx ends. An error is ctx.Err(), and then the caller does not have the lock. A free
// lock is taken although ctx has ended.
func (m *Mutex) Lock(ctx context.Context) error {
	if m.waiters.Add(1) == 1 {
		return nil
	}
	return m.wait(ctx)
}

// wait waits for the token. waiters counts the caller already.
func (m *Mutex) wait(ctx context.Context) error {
	select {
	case <-m.token:
		return nil
	case <-ctx.Done():
	}
	for {
		n := m.waiters.Load()
		if n == 1 { // the others have left: a token is on its way to this call
			<-m.token
			m.Unlock()
			return ctx.Err()
		}
		if m.waiters.CompareAndSwap(n, n-1) {
			return ctx.Err()
		}
	}
}

// TryLock takes the lock if it is free, and reports whether it did.
func (m *Mutex) TryLock() bool { return m.waiters.CompareAndSwap(0, 1) }

// Unlock hands the lock to a waiter, if there is one. The caller has it.
func (m *Mutex) Unlock() {
	if m.waiters.Add(-1) > 0 {
		m.token <- struct{}{}
	}
}
