package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
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
		return fmt.Sprintf("%.3g µs", f/1e3)
	case ns < 1000_000_000:
		return fmt.Sprintf("%.3g ms", f/1e6)
	}
	return fmt.Sprintf("%.3g s", f/1e9)
}
