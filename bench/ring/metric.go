package main

import (
	"math"
	"slices"
)

// A metric reads one figure out of a sample.
type metric struct {
	name  string // with its unit
	value func(sample) float64
}

func throughput() metric {
	return metric{"Mmsg/s", func(s sample) float64 { return float64(s.Report.Records) / s.Report.Seconds / 1e6 }}
}

// bandwidth is throughput in bytes, for records of the given size.
func bandwidth(size int) metric {
	return metric{"MB/s", func(s sample) float64 { return float64(s.Report.Records) * float64(size) / s.Report.Seconds / 1e6 }}
}

func median50() metric {
	return metric{"p50 ns", func(s sample) float64 { return percentile(s.Report.Samples, 500) }}
}

func tail999() metric {
	return metric{"p99.9 ns", func(s sample) float64 { return percentile(s.Report.Samples, 999) }}
}

// processorUse is the share of one processor that all processes of a sample used together, in percent.
func processorUse(millis int) metric {
	return metric{"CPU %", func(s sample) float64 { return 100 * s.CPU / (float64(millis) / 1e3) }}
}

// receiverUse is processorUse of the receiving process alone.
func receiverUse(millis int) metric {
	return metric{"receiver CPU %", func(s sample) float64 { return 100 * s.Report.CPU / (float64(millis) / 1e3) }}
}

// firstLap is the time of the first lap over the median of the later ones; NaN without later ones.
func firstLap() metric {
	return metric{"first lap ÷ later", func(s sample) float64 {
		if len(s.Report.Laps) < 2 {
			return math.NaN()
		}
		return s.Report.Laps[0] / median(s.Report.Laps[1:])
	}}
}

// sleepsPerTrip says whether a round trip was parked at all: one sleep in each process, if it was.
func sleepsPerTrip() metric {
	return metric{"sleeps/trip", func(s sample) float64 { return float64(s.Report.Sleeps) / float64(s.Report.Records) }}
}

func resident() metric {
	return metric{"RSS MiB", func(s sample) float64 { return float64(s.Report.RSS) / (1 << 20) }}
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
