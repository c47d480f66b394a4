package load

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// Cost is what one call of something takes.
type Cost struct {
	Calls  int64   `json:"calls"`
	Ns     float64 `json:"ns"`     // median of means over many calls, without reading the clock
	P99    int64   `json:"p99_ns"` // of single calls, with one reading of the clock, some 40 ns
	Allocs float64 `json:"allocs"` // mean number of allocations
}

// stretches is into how many parts the calls are cut whose median counts, so that a moment in which the machine
// did something else does not.
const stretches = 33

// Time calls do over and over for about the given time, or until ctx ends.
func Time(ctx context.Context, length time.Duration, do func() error) (Cost, error) {
	trips := NewTrips()
	begun := time.Now()
	calls := 0
	for ; time.Since(begun) < length/2 || calls < 10; calls++ {
		asked := time.Now()
		if err := do(); err != nil {
			return Cost{}, err
		}
		trips.Record(time.Since(asked))
	}
	// The first half said how many calls fill the second.
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	means := make([]float64, 0, stretches)
	each := max(calls/stretches, 1)
	for range min(stretches, calls) {
		begun := time.Now()
		for range each {
			if err := do(); err != nil {
				return Cost{}, err
			}
		}
		means = append(means, float64(time.Since(begun).Nanoseconds())/float64(each))
	}
	runtime.ReadMemStats(&after)
	slices.Sort(means)
	return Cost{
		Calls: int64(calls), Ns: means[len(means)/2], P99: trips.Result().P99,
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(each*len(means)),
	}, ctx.Err()
}
