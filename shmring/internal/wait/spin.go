package wait

import (
	"runtime"

	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// How long to look before sleeping. A spin-wait hint takes about 20 ns, a Gosched with nothing else to
// run about 80 ns.
const (
	headerPolls     = 60  // looks without a pause: about 200 ns, a round trip between near processors
	spinRounds      = 40  // looks with a pause between them: about 1 µs
	minYields       = 2   // looks with a Gosched between them, at the least
	maxYields       = 200 // and at the most: about 20 µs
	retryYields     = 32  // waits in vain after which more yields are tried again: two that sleep for each other stay slow
	spinLapPolls    = 256 // looks between two thorough ones of a waiter that never parks: about 16 µs
	lapsBeforeYield = 3   // about 50 µs, after which it offers its processor between laps
	lapsBeforeNap   = 128 // about 2 ms, after which it naps between laps all the same
)

// spinner is what a Waiter does before it parks, and what it has learnt about that.
type spinner struct {
	singleCPU    bool  // nothing can change while we spin
	yields       int   // how many Goscheds have been worth it lately
	failedYields uint8 // how many waits no Gosched has spared us a sleep, modulo 256
	yieldPolicy        // offers its processor in a stream
	streamBackoff
}

func newSpinner(flow, progress *uint64) spinner {
	return spinner{
		singleCPU: singleCPU(), yields: maxYields / 4,
		yieldPolicy: yieldPolicy{flow: flow, rate: unknownRates, progress: progress}, streamBackoff: streamBackoff{progress: progress},
	}
}

// spin looks for about a microsecond, offers its processor if this is a stream, and then yields to other goroutines
// for as long as that has paid off lately.
func (s *spinner) spin(c Condition, b bell) bool {
	if s.singleCPU {
		for range minYields {
			runtime.Gosched()
			if c.Ready() {
				return true
			}
		}
		return s.yieldCPU(c, b)
	}
	for range spinRounds {
		if c.Ready() {
			return true
		}
		mem.Pause(1)
	}
	if s.yieldCPU(c, b) {
		return true
	}
	for range s.yields {
		runtime.Gosched()
		if c.Ready() {
			s.yields = min(s.yields*2, maxYields)
			return true
		}
	}
	s.yields = max(s.yields/2, minYields)
	if s.failedYields++; s.failedYields%retryYields == 0 {
		s.yields = max(s.yields, maxYields/4)
	}
	return false
}

// spinLap is one lap of a waiter that never parks. After a few laps it offers the processor between them to
// whoever waits for it: that may be the peer. After many it naps as well, should the system not take the offer.
func (s *spinner) spinLap(c Condition, b bell, lap int) bool {
	for i := range spinLapPolls {
		if c.Ready() {
			return true
		}
		if s.singleCPU || i%16 == 15 {
			runtime.Gosched()
		} else {
			mem.Pause(1)
		}
	}
	if lap >= lapsBeforeYield {
		futex.Yield()
	}
	if lap >= lapsBeforeNap {
		b.nap(napTime)
	}
	return false
}
