package calllock

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"
)

func unlocked() *Mutex {
	m := new(Mutex)
	m.Init()
	return m
}

func TestOneGoroutineAtATimeHasTheLock(t *testing.T) {
	m, inside, total := unlocked(), 0, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2000 {
				if err := m.Lock(context.Background()); err != nil {
					t.Error(err)
					return
				}
				if inside++; inside != 1 {
					t.Errorf("%d goroutines have the lock", inside)
				}
				total++
				inside--
				m.Unlock()
			}
		})
	}
	if wg.Wait(); total != 8*2000 {
		t.Errorf("the lock was taken %d times, want %d", total, 8*2000)
	}
}

func TestAWaiterGivesUpWhenItsContextEnds(t *testing.T) {
	m := unlocked()
	if !m.TryLock() || m.TryLock() {
		t.Fatal("TryLock must take a free lock, and only that")
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	gaveUp := make(chan error)
	go func() { gaveUp <- m.Lock(ctx) }()
	for m.waiters.Load() != 2 {
		runtime.Gosched()
	}
	cancel(errors.New("enough"))
	if err := <-gaveUp; err != context.Canceled {
		t.Errorf("got %v, want context.Canceled", err)
	}
	m.Unlock()
	if err := m.Lock(ctx); err != nil {
		t.Errorf("a free lock under an ended context: %v", err)
	}
}

// A holder that leaves and a waiter that gives up at the same moment must neither lose the lock nor leave a token behind.
func TestGivingUpNeverLosesTheLock(t *testing.T) {
	m := unlocked()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3000 {
				ctx, cancel := context.WithCancel(context.Background())
				go func() {
					for range rand.IntN(20) {
						runtime.Gosched()
					}
					cancel()
				}()
				if m.Lock(ctx) == nil {
					runtime.Gosched()
					m.Unlock()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if n := m.waiters.Load(); n != 0 || !m.TryLock() {
		t.Errorf("in the end %d goroutines are counted, and the lock is not free", n)
	}
}

func TestADeadlineEndsTheWait(t *testing.T) {
	m := unlocked()
	m.TryLock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := m.Lock(ctx); err != context.DeadlineExceeded {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}

func TestAFreeLockCostsNoMemory(t *testing.T) {
	m, ctx := unlocked(), context.Background()
	if n := testing.AllocsPerRun(100, func() {
		if err := m.Lock(ctx); err != nil {
			t.Fatal(err)
		}
		m.Unlock()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
