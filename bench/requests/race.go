// Package requests measures small requests over several connections in turns: how many a second, and how long
// one takes.
package requests

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// Way is one way of making a request. Do makes one; several goroutines call it at once.
type Way struct {
	Name string
	Do   func() error
}

// Race has callers goroutines make requests over each way in turn, each of them batch requests a round
// and b.N rounds, so that a change of the machine's mood meets all ways alike. It reports for each way
// the median over the rounds of requests a second, and the median and the 99th percentile of all
// requests' durations in microseconds; and for all but the first, how many requests the first made in the time of
// one of theirs, the median of each round's ratio.
func Race(b *testing.B, callers, batch int, ways ...Way) {
	rates, ratios := make([][]float64, len(ways)), make([][]float64, len(ways))
	times := make([][]time.Duration, len(ways))
	for _, w := range ways { // make the connections
		if err := w.Do(); err != nil {
			b.Fatal(err)
		}
	}
	for round := 0; b.Loop(); round++ {
		now := make([]float64, len(ways))
		for k := range ways {
			i := (k + round) % len(ways)
			took, all, err := run(callers, batch, ways[i].Do)
			if err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], all...)
			now[i] = float64(callers*batch) / took.Seconds()
		}
		for i := range ways {
			rates[i] = append(rates[i], now[i])
			ratios[i] = append(ratios[i], now[0]/now[i])
		}
	}
	for i, w := range ways {
		b.ReportMetric(quantile(rates[i], 0.5), w.Name+"-req/s")
		b.ReportMetric(micros(quantile(times[i], 0.5)), w.Name+"-p50-µs")
		b.ReportMetric(micros(quantile(times[i], 0.99)), w.Name+"-p99-µs")
		if i > 0 {
			b.ReportMetric(quantile(ratios[i], 0.5), ways[0].Name+"/"+w.Name)
		}
	}
	b.ReportMetric(0, "ns/op") // a round is no operation
}

// run makes callers times batch requests and returns how long all of them and each of them took.
func run(callers, batch int, do func() error) (took time.Duration, all []time.Duration, err error) {
	all = make([]time.Duration, callers*batch)
	errs := make([]error, callers)
	var wg sync.WaitGroup
	start := time.Now()
	for c := range callers {
		wg.Go(func() {
			mine := all[c*batch:][:batch]
			for i := range mine {
				begin := time.Now()
				if errs[c] = do(); errs[c] != nil {
					return
				}
				mine[i] = time.Since(begin)
			}
		})
	}
	wg.Wait()
	took = time.Since(start)
	for _, e := range errs {
		if e != nil {
			err = e
		}
	}
	return took, all, err
}

// quantile sorts v.
func quantile[T float64 | time.Duration](v []T, q float64) T {
	slices.Sort(v)
	return v[min(int(q*float64(len(v))), len(v)-1)]
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
