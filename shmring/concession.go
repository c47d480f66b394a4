package shmring

import (
	"math"
	"time"

	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// concession lets whoever waits in a stream offer its processor to others before it sleeps. Where the parties are more
// than the processors, the one that is waited for may be waiting for the processor itself: it gets it at once,
// and so much is done meanwhile that nobody has to be woken. But where other programs want the processor, they get it
// too, for milliseconds, and the stream stands still.
//
// Nobody can tell beforehand. So both ways are tried in turn, and the one that moved more through the ring is kept; the
// other one is given another chance now and then.
type yieldPolicy struct {
	flow     *uint64    // bytes that have gone through the ring
	yielding int        // 1 in a turn with offers, 0 in one without
	since    time.Time  // when this turn began
	from     uint64     // flow at that time
	rate     [2]float64 // bytes per nanosecond in the last turn without offers and with them
	periods  int
	waited   uint64 // records at the last wait
}

const (
	yieldsPerWait = 16                    // looks with an offer before each
	streamRecords = 64                    // records since the last wait: with fewer it is no stream
	periodTime    = 10 * time.Millisecond // a turn lasts several time slices
	idleTime      = 10 * periodTime       // a turn that lasts longer was no stream
	retryPeriods  = 16                    // turns from one chance of the worse way to the next
)

func newYieldPolicy(flow *uint64) yieldPolicy {
	return yieldPolicy{flow: flow, rate: [2]float64{math.Inf(1), math.Inf(1)}}
}

// turn judges the turn that is over, if one is, and begins the next.
func (c *yieldPolicy) nextPeriod(now time.Time) {
	span, flow := now.Sub(c.since), mem.Load(c.flow)
	if span < periodTime {
		return
	}
	if span < idleTime {
		c.rate[c.yielding] = float64(flow-c.from) / float64(span)
		c.periods++
		c.yielding = 0
		if (c.rate[1] > c.rate[0]) != (c.periods%retryPeriods == 0) {
			c.yielding = 1
		}
	}
	c.since, c.from = now, flow
}

// concede reports whether the wait is over.
func (w *waiter) yieldCPU(s condition) bool {
	if w.doorbell.socket != nil {
		return false // of a connection: there are goroutines here that want the processor
	}
	if w.progress != nil { // the reader's: a writer waits only in streams
		now := mem.Load(w.progress)
		got := now - w.waited
		w.waited = now
		if got < streamRecords {
			return false
		}
	}
	if w.nextPeriod(time.Now()); w.yielding == 0 {
		return false
	}
	for range yieldsPerWait {
		futex.Yield()
		if s.ready() {
			return true
		}
	}
	return false
}
