package wait

import (
	"context"
	"runtime"
	"time"

	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Mode is a way to wait.
type Mode int

// The ways to wait.
const (
	Adaptive Mode = iota // spin for about as long as waits have recently been short, then park
	Spin                 // never park for a peer to wake
	Park                 // sleep at once
)

// Condition is what a party waits for.
type Condition interface {
	// Ready takes one cheap look.
	Ready() bool
	// Recheck takes a thorough look, for the first time in this wait or again: an error ends the wait; true
	// means stop waiting.
	Recheck(first bool) (bool, error)
	// MaxSleep bounds one sleep.
	MaxSleep() time.Duration
	// Err returns why waiting makes no sense any more, or nil.
	Err() error
	// CheckSize finds out whether the memory is still whole, for Err to report.
	CheckSize()
}

// Bounds of a sleep. None of them is needed for correctness between honest peers.
const (
	MaxSleep       = time.Second          // a hostile peer can swallow a wake-up
	UnwatchedSleep = 5 * time.Millisecond // a producer whose process cannot be watched can die without waking anybody
	unfencedSleep  = time.Millisecond     // a barrier was refused
	napTime        = 50 * time.Microsecond
)

// Waiter is what a party keeps between its waits. It belongs to one goroutine at a time and must not be copied
// once it has waited.
type Waiter struct {
	bell   bell
	mode   Mode
	parks  *uint64 // counter in the segment; nil: not counted
	single futexBell
	spinner
}

// Config describes a Waiter of one doorbell.
type Config struct {
	Doorbell Doorbell
	Mode     Mode
	Sole     bool    // nobody else sleeps on this doorbell
	Parks    *uint64 // counts sleeps
	Flow     *uint64 // bytes that have gone through the ring: what the yield policy tries to maximise
	Progress *uint64 // records received; nil for a producer, which waits only in streams
}

// Init makes w ready to wait on one doorbell.
func (w *Waiter) Init(c Config) {
	w.mode, w.parks = c.Mode, c.Parks
	if c.Doorbell.Socket != nil {
		w.bell = &socketBell{futexBell: futexBell{Doorbell: c.Doorbell, sole: c.Sole}}
	} else {
		w.single = futexBell{Doorbell: c.Doorbell, sole: c.Sole}
		w.bell = &w.single
	}
	w.spinner = newSpinner(c.Flow, c.Progress)
}

// InitGroup makes w ready to wait on several doorbells, 1 to [MaxGroup], as the only sleeper of each.
func (w *Waiter) InitGroup(doorbells []Doorbell) {
	w.bell, w.spinner = newGroupBell(doorbells), newSpinner(new(uint64), nil)
	w.singleCPU = true // to look at many rings takes too long for spinning
}

// Wait returns nil when c is worth another try, and an error when it is not: the context's, c's own, or that the
// handle was closed.
func (w *Waiter) Wait(ctx context.Context, c Condition) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.mode != Park && w.spin(c, w.bell) {
		return c.Err()
	}
	var cancel canceller
	defer cancel.stop()
	var checked time.Time
	for lap := 0; ; lap++ {
		if lap == 1 {
			checked = time.Now()
		} else if lap > 1 && time.Since(checked) >= MaxSleep {
			c.CheckSize()
			checked = time.Now()
		}
		if err := c.Err(); err != nil {
			return err
		}
		if c.Ready() {
			return nil
		}
		w.bell.snapshot() // before the thorough look: a wake-up during it must not be lost
		if done, err := c.Recheck(lap == 0); done || err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.mode == Spin {
			if w.spinLap(c, w.bell, lap) {
				return nil
			}
			continue
		}
		cancel.arm(ctx, w.bell)
		w.park(ctx, c, lap == 0)
	}
}

// park sleeps until the doorbell has rung since the snapshot, the context ends, the handle closes or MaxSleep
// passes.
func (w *Waiter) park(ctx context.Context, c Condition, first bool) {
	limit := c.MaxSleep()
	// The barrier pairs with Doorbell.Pending after a commit or after a new head: see the package comment.
	if w.bell.arm() && !fence.Global() {
		w.bell.requireFence()             // for all sleeps to come
		limit = min(limit, unfencedSleep) // a waker may have missed the flag this once
	}
	if c.Ready() || c.Err() != nil || ctx.Err() != nil {
		w.bell.disarm()
		return
	}
	if first && w.parks != nil { // one wait is one, whatever interrupts it
		mem.AddOwned(w.parks, 1)
	}
	w.bell.sleep(limit)
}

// PollHeader polls a record's header word for about as long as a round trip between near processors takes, and
// reports whether it says that the record is finished: its highest bit is set. It returns false at once where
// polling takes the peer's processor away.
func (w *Waiter) PollHeader(word *uint64) bool {
	if w.singleCPU || w.mode == Park {
		return false
	}
	w.pauseInStream()
	for i := range headerPolls {
		if int64(mem.Load(word)) < 0 {
			w.polls = i
			return true
		}
	}
	w.polls = headerPolls
	return false
}

// singleCPU reports that nothing can change while this process spins.
func singleCPU() bool { return runtime.GOMAXPROCS(0) == 1 || runtime.NumCPU() == 1 }
