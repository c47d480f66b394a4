package shmring

import (
	"context"
	"runtime"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// How long to look before sleeping. A spin-wait hint takes about 20 ns, a Gosched with nothing else to
// run about 80 ns.
const (
	eagerRounds     = 60  // looks without a pause: about 200 ns, a round trip between near processors
	spinRounds      = 40  // looks with a pause between them: about 1 µs
	minYields       = 2   // looks with a Gosched between them, at the least
	maxYields       = 200 // and at the most: about 20 µs
	retryYields     = 32  // waits in vain after which more yields are tried again: two that sleep for each other stay slow
	spinLapPolls    = 256 // rounds between two slow looks of a waiter that never parks: about 16 µs
	lapsBeforeYield = 3   // laps, about 50 µs, after which it offers its processor between laps
	lapsBeforeNap   = 128 // laps, about 2 ms, after which it naps between laps all the same
)

// Bounds of a sleep. None of them is needed for correctness between honest peers.
const (
	napTime        = 50 * time.Microsecond
	backstop       = time.Second          // a hostile peer can swallow a wake-up
	openClaimSleep = time.Millisecond     // the owner of an open claim can die without waking anybody
	unwatchedSleep = 5 * time.Millisecond // a producer whose process cannot be watched can, too
)

// noWait is the context of the calls that never wait. It is only ever compared with nil.
var noWait context.Context

// A waiter is what a party keeps between its waits.
type waiter struct {
	doorbell      doorbell
	mode          Wait
	sole          bool    // nobody else sleeps on this bell
	singleCPU     bool    // one processor: nothing can change while we spin
	yields        int     // adaptive: how many Goscheds have been worth it lately
	failedYields  uint8   // how many waits no Gosched has spared us a sleep, modulo 256
	eager         bool    // look closely before anything else
	yieldPolicy           // offers its processor in a stream
	streamBackoff         // keeps its distance from a stream
	parks         *uint64 // counter in the segment
}

// sleeper is the condition a party waits for.
type condition interface {
	// ready takes one cheap look.
	ready() bool
	// attend takes a thorough look, for the first time in this wait or again: an error ends the wait; true
	// means stop waiting.
	recheck(first bool) (bool, error)
	// patience bounds one sleep.
	maxSleep() time.Duration
	// gone returns why waiting makes no sense any more.
	err() error
	// checkup finds out whether the memory is still whole, for gone to tell.
	checkSize()
}

func newWaiter(b doorbell, mode Wait, sole bool, parks, flow *uint64) waiter {
	alone := runtime.GOMAXPROCS(0) == 1 || runtime.NumCPU() == 1
	return waiter{
		doorbell: b, mode: mode, sole: sole, parks: parks,
		singleCPU: alone, eager: !alone && mode != Park, yields: maxYields / 4,
		yieldPolicy: newYieldPolicy(flow),
	}
}

// wait returns nil when s is worth another try, and an error when it is not: the context's, s's own, or
// that the handle was closed.
func (w *waiter) wait(ctx context.Context, s condition) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.mode != Park && w.spin(s) {
		return s.err()
	}
	var cancel canceller
	defer cancel.stop()
	var checked time.Time
	for lap := 0; ; lap++ {
		if lap == 1 {
			checked = time.Now()
		} else if lap > 1 && time.Since(checked) >= backstop {
			s.checkSize()
			checked = time.Now()
		}
		if err := s.err(); err != nil {
			return err
		}
		if s.ready() {
			return nil
		}
		seq := mem.Load32(w.doorbell.seq) // before the thorough look: a wake-up during it must not be lost
		if done, err := s.recheck(lap == 0); done || err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.mode == Spin {
			if w.spinLap(s, lap) {
				return nil
			}
			continue
		}
		cancel.arm(ctx, w.doorbell)
		w.park(ctx, s, seq, lap == 0)
	}
}

// spin looks for about a microsecond, offers its processor if this is a stream, and then yields to other goroutines
// for as long as that has paid off lately.
func (w *waiter) spin(s condition) bool {
	if w.singleCPU {
		for range minYields {
			runtime.Gosched()
			if s.ready() {
				return true
			}
		}
		return w.yieldCPU(s)
	}
	for range spinRounds {
		if s.ready() {
			return true
		}
		mem.Pause(1)
	}
	if w.yieldCPU(s) {
		return true
	}
	for range w.yields {
		runtime.Gosched()
		if s.ready() {
			w.yields = min(w.yields*2, maxYields)
			return true
		}
	}
	w.yields = max(w.yields/2, minYields)
	if w.failedYields++; w.failedYields%retryYields == 0 {
		w.yields = max(w.yields, maxYields/4)
	}
	return false
}

// lap is one lap of a waiter that never parks. After a few laps it offers the processor between them to
// whoever waits for it: that may be the peer. After many it naps as well, should the system not take the offer.
func (w *waiter) spinLap(s condition, n int) bool {
	for i := range spinLapPolls {
		if s.ready() {
			return true
		}
		if w.singleCPU || i%16 == 15 {
			runtime.Gosched()
		} else {
			mem.Pause(1)
		}
	}
	if n >= lapsBeforeYield {
		futex.Yield()
	}
	if n >= lapsBeforeNap {
		futex.Wait(w.doorbell.seq, mem.Load32(w.doorbell.seq), napTime)
	}
	return false
}

// park sleeps until the bell has rung since its futex word was seq, the context ends, the handle closes or the
// backstop passes.
func (w *waiter) park(ctx context.Context, s condition, seq uint32, first bool) {
	flag := w.doorbell.prepareSleep()
	if mem.Or32(w.doorbell.flags, flag|w.doorbell.permanentFlag())&layout.FenceFlag == 0 || w.doorbell.socket == nil {
		fence.Global() // pairs with the look at the flag after a commit or after a new head: see bell
	}
	if s.ready() || s.err() != nil || ctx.Err() != nil {
		if w.sole {
			mem.And32(w.doorbell.flags, ^sleepFlags) // spare the peer a system call
		}
		w.doorbell.cancelSleep(flag)
		return
	}
	if first { // one wait is one, whatever interrupts it
		mem.AddOwned(w.parks, 1)
	}
	w.doorbell.sleep(flag, seq, s.maxSleep())
}

// canceller rouses a sleeper when its context ends.
type canceller struct {
	stopHook func() bool
	done     chan struct{}
}

// arm hooks into the context, once; contexts that cannot end cost nothing.
func (c *canceller) arm(ctx context.Context, b doorbell) {
	if c.stopHook != nil {
		return
	}
	if _, ok := ctx.(*term); ok && b.socket != nil { // its deadline rouses us
		return
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
