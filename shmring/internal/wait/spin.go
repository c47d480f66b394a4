package wait

import (
	"runtime"

	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// How long to look before sleeping. A spin-wait hint takes about 20 ns, a Gosched with nothing else to
// run about 80 ns.
//
// A number of yields that follows their success (2 to 200) moved no more than a fixed one: four producers 1.03 with the fixed one, round
// trips 1.0. Ratios of medians of 8 interleaved pairs, go run ./bench/ring -only 'MPSC, 64 B, producers: 4', two virtual
// processors of an AMD EPYC, Linux 6.18, Go 1.26.8; so are those in the other files of this package.
const (
	headerPolls     = 60  // looks without a pause: about 200 ns, a round trip between near processors
	spinRounds      = 40  // looks with a pause between them: about 1 µs
	yields          = 50  // looks with a Gosched between them: about 5 µs
	yieldsAlone     = 2   // where nothing can change while this process spins
	spinLapPolls    = 256 // looks between two thorough ones of a waiter that never parks: about 16 µs
	lapsBeforeYield = 3   // about 50 µs, after which it offers its processor between laps
	lapsBeforeNap   = 128 // about 2 ms, after which it naps between laps all the same
)

// spinner is what a Waiter does before it parks, and what it has learnt about that.
type spinner struct {
	singleCPU   bool // nothing can change while we spin
	yieldPolicy      // offers its processor in a stream
	streamBackoff
}

func newSpinner(flow, progress *uint64) spinner {
	return spinner{
		singleCPU: singleCPU(), yieldPolicy: yieldPolicy{flow: flow, rate: unknownRates, progress: progress}, streamBackoff: streamBackoff{progress: progress},
	}
}

// spin looks for about a microsecond, offers its processor if this is a stream, and then yields to other goroutines
// for a few microseconds more.
func (s *spinner) spin(c Condition, b bell) bool {
	if s.singleCPU {
		for range yieldsAlone {
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
	for range yields {
		runtime.Gosched()
		if c.Ready() {
			return true
		}
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
