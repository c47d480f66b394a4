package wait

import (
	"math"
	"time"

	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// yieldPolicy decides whether a waiter in a stream offers its processor to other processes (sched_yield) before it
// sleeps. Where the parties outnumber the processors, the peer may be waiting for the processor itself: it gets it at
// once, and does so much meanwhile that nobody has to be woken. But where other programs want the processor, they get it
// too, for milliseconds, and the stream stands still.
//
// Nobody can tell beforehand. So both ways are tried in alternating periods, and the one that moved more bytes through
// the ring is kept; the other one is tried again now and then.
type yieldPolicy struct {
	flow     *uint64    // bytes that have gone through the ring
	yielding int        // 1 in a period with yields, 0 in one without
	since    time.Time  // when this period began
	from     uint64     // flow at that time
	rate     [2]float64 // bytes per nanosecond in the last period without yields and with them
	periods  int
	progress *uint64 // records received; nil for a writer, which waits only in streams
	waited   uint64  // their number at the last wait
}

// Without this policy four producers and a consumer on two processors move 0.60 as much, one producer the same (0.97 to 1.01):
// go run ./bench/ring -only 'MPSC, 64 B, producers: 4'.
const (
	yieldsPerWait = 16                    // polls with a yield before each
	streamRecords = 64                    // records since the last wait: with fewer it is no stream
	periodTime    = 10 * time.Millisecond // a period lasts several time slices
	idleTime      = 10 * periodTime       // a period that lasts longer was no stream
	retryPeriods  = 16                    // periods between two tries of the worse way
)

// unknownRates make both ways be tried first.
var unknownRates = [2]float64{math.Inf(1), math.Inf(1)}

// nextPeriod judges the period that is over, if one is, and begins the next.
func (y *yieldPolicy) nextPeriod(now time.Time) {
	span, flow := now.Sub(y.since), mem.Load(y.flow)
	if span < periodTime {
		return
	}
	if span < idleTime {
		y.rate[y.yielding] = float64(flow-y.from) / float64(span)
		y.periods++
		y.yielding = 0
		if (y.rate[1] > y.rate[0]) != (y.periods%retryPeriods == 0) {
			y.yielding = 1
		}
	}
	y.since, y.from = now, flow
}

// yieldCPU offers the processor if the policy says so, and reports whether the wait is over.
func (y *yieldPolicy) yieldCPU(c Condition, b bell) bool {
	if b.keepsCPU() {
		return false
	}
	if y.progress != nil {
		now := mem.Load(y.progress)
		got := now - y.waited
		y.waited = now
		if got < streamRecords {
			return false
		}
	}
	if y.nextPeriod(time.Now()); y.yielding == 0 {
		return false
	}
	for range yieldsPerWait {
		futex.Yield()
		if c.Ready() {
			return true
		}
	}
	return false
}
