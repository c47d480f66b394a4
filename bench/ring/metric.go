package main

import (
	"math"
	"slices"
)

// A metric reads one figure out of a sample.
type metric struct {
	name   string // with its unit
	value  func(sample) float64
	higher bool // higher is better
}

func throughput() metric {
	return metric{"Mmsg/s", func(s sample) float64 { return float64(s.Report.Records) / s.Report.Seconds / 1e6 }, true}
}

// bandwidth is throughput in bytes, for records of the given size.
func bandwidth(size int) metric {
	return metric{"MB/s", func(s sample) float64 { return float64(s.Report.Records) * float64(size) / s.Report.Seconds / 1e6 }, true}
}

func median50() metric {
	return metric{"p50 ns", func(s sample) float64 { return percentile(s.Report.Samples, 500) }, false}
}

func tail999() metric {
	return metric{"p99.9 ns", func(s sample) float64 { return percentile(s.Report.Samples, 999) }, false}
}

// processorUse is the share of one processor that all processes of a sample used together, in percent.
func processorUse(millis int) metric {
	return metric{"CPU %", func(s sample) float64 { return 100 * s.CPU / (float64(millis) / 1e3) }, false}
}

// receiverUse is processorUse of the receiving process alone.
func receiverUse(millis int) metric {
	return metric{"receiver CPU %", func(s sample) float64 { return 100 * s.Report.CPU / (float64(millis) / 1e3) }, false}
}

// firstLap is the time of the first lap over the median of the later ones; NaN without later ones.
func firstLap() metric {
	return metric{"first lap ÷ later", func(s sample) float64 {
		if len(s.Report.Laps) < 2 {
			return math.NaN()
		}
		return s.Report.Laps[0] / median(s.Report.Laps[1:])
	}, false}
}

func resident() metric {
	return metric{"RSS MiB", func(s sample) float64 { return float64(s.Report.RSS) / (1 << 20) }, false}
}

// median returns the middle of the values, NaN if there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
