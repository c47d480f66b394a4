package load

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/shmring/ipc/cmd/internal/cli"
)

// Trips collects the times of round trips.
type Trips struct{ histogram *hdrhistogram.Histogram }

// longest is the longest round trip that is told apart from longer ones.
const longest = time.Minute

// NewTrips returns an empty collection that keeps three significant digits.
func NewTrips() *Trips {
	return &Trips{hdrhistogram.New(1, int64(longest), 3)}
}

// Record adds one round trip.
func (t *Trips) Record(d time.Duration) {
	// Cannot fail: the value lies within the bounds given to New.
	_ = t.histogram.RecordValue(int64(min(max(d, 1), longest)))
}

// Limit says when to stop making round trips.
type Limit struct {
	Count uint64        // so many are timed; 0: as many as fit into For
	For   time.Duration // without those that are not timed; counts where Count is 0
}

// warmUp is how many round trips are not timed, at most, and never more than a tenth of those that are.
const warmUp = 10000

// briefWarmUp is how many are not timed where their number is not known beforehand.
const briefWarmUp = 100

// Run makes round trips: ask sends a question and returns the answer, which must begin with the question's
// sequence number. size is at least MinSize. The numbers begin at a random one, so that answers that an
// earlier run left behind have others; ask gets the chance to skip them.
func (t *Trips) Run(limit Limit, size int, ask func(question []byte) (answer []byte, err error)) error {
	question, session := make([]byte, size), uint64(rand.Uint32())<<32
	warm := min(limit.Count/10, warmUp)
	if limit.Count == 0 {
		limit.Count, warm = math.MaxUint32, briefWarmUp
	}
	var begun time.Time
	for n := range warm + limit.Count {
		if n == warm { // the peer is there by now
			begun = time.Now()
		}
		Stamp(question, session|n)
		asked := time.Now()
		answer, err := ask(question)
		took := time.Since(asked)
		if err != nil {
			return err
		}
		if got, ok := Sequence(answer); got != session|n || !ok || len(answer) != size {
			return fmt.Errorf("the answer to question %d is another record: %d bytes with number %d", n, len(answer), got)
		}
		if n < warm {
			continue
		}
		t.Record(took)
		if limit.For > 0 && asked.Sub(begun)+took > limit.For {
			return nil
		}
	}
	return nil
}

// RoundTrips is the distribution of round trips in nanoseconds.
type RoundTrips struct {
	Count int64 `json:"count"`
	P50   int64 `json:"p50_ns"`
	P90   int64 `json:"p90_ns"`
	P99   int64 `json:"p99_ns"`
	P999  int64 `json:"p999_ns"`
	Max   int64 `json:"max_ns"`
}

// Result returns the distribution.
func (t *Trips) Result() RoundTrips {
	h := t.histogram
	return RoundTrips{
		Count: h.TotalCount(), Max: h.Max(),
		P50: h.ValueAtQuantile(50), P90: h.ValueAtQuantile(90), P99: h.ValueAtQuantile(99), P999: h.ValueAtQuantile(99.9),
	}
}

func (r RoundTrips) String() string {
	return fmt.Sprintf("%d round trips: p50 %s, p90 %s, p99 %s, p99.9 %s, max %s",
		r.Count, Short(r.P50), Short(r.P90), Short(r.P99), Short(r.P999), Short(r.Max))
}

// Short writes nanoseconds with three digits and a fitting unit.
func Short(ns int64) string {
	f := float64(ns)
	switch {
	case ns < 1000:
		return fmt.Sprintf("%d ns", ns)
	case ns < 1000_000:
		return cli.Digits(f/1e3) + " µs"
	case ns < 1000_000_000:
		return cli.Digits(f/1e6) + " ms"
	}
	return cli.Digits(f/1e9) + " s"
}
