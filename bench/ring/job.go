package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A job is what one process of a sample is to do. It crosses to the child as key=value arguments; the C
// baselines read the same keys (baseline.h).
type job struct {
	Path      string // the shared file or socket; made by the driver where Files says so
	Samples   string // where ping writes its round trips: u32 nanoseconds, native order
	Size      int    // bytes per record, at least 8
	Capacity  int    // bytes per ring, a power of two
	Batch     int    // records per publication, at least 1
	Producers int    // how many send, 1 to maxProducers
	ID        int    // which of them this is, from 0
	Millis    int    // length of the sample in milliseconds
	Burst     int    // records per burst; 0: no pacing
	GapMicros int    // microseconds from the start of a burst to the next
	Lap       int    // bytes after which recv notes the time; 0: never
	Wait      string // "spin", "adaptive" or "park"
}

func (j *job) fields() []struct {
	key  string
	text *string
	num  *int
} {
	return []struct {
		key  string
		text *string
		num  *int
	}{
		{key: "path", text: &j.Path}, {key: "samples", text: &j.Samples},
		{key: "size", num: &j.Size}, {key: "capacity", num: &j.Capacity},
		{key: "batch", num: &j.Batch}, {key: "producers", num: &j.Producers},
		{key: "id", num: &j.ID}, {key: "ms", num: &j.Millis},
		{key: "burst", num: &j.Burst}, {key: "gap_us", num: &j.GapMicros},
		{key: "lap", num: &j.Lap}, {key: "wait", text: &j.Wait},
	}
}

// args returns the job as key=value arguments.
func (j job) args() []string {
	var args []string
	for _, f := range j.fields() {
		if f.text != nil {
			args = append(args, f.key+"="+*f.text)
		} else {
			args = append(args, f.key+"="+strconv.Itoa(*f.num))
		}
	}
	return args
}

// parseJob is the inverse of args. It refuses unknown keys and sizes no contestant could move.
func parseJob(args []string) (job, error) {
	var j job
	fields := j.fields()
next:
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		for _, f := range fields {
			switch {
			case f.key != key:
				continue
			case f.text != nil:
				*f.text = value
			default:
				n, err := strconv.Atoi(value)
				if err != nil {
					return job{}, fmt.Errorf("job: %s: %w", key, err)
				}
				*f.num = n
			}
			continue next
		}
		return job{}, fmt.Errorf("job: unknown key %q", key)
	}
	if j.Size < 8 || j.Batch < 1 || j.Producers < 1 || j.Producers > maxProducers || j.ID < 0 || j.ID >= j.Producers {
		return job{}, fmt.Errorf("job: out of range: size %d (8 or more), batch %d (1 or more), producers %d (1 to %d), id %d",
			j.Size, j.Batch, j.Producers, maxProducers, j.ID)
	}
	return j, nil
}

// A report is the one JSON line with which a process of a sample ends.
type report struct {
	Records uint64    `json:"records"`        // received and checked, or round trips made
	Bad     uint64    `json:"bad"`            // of them lost, reordered or duplicated
	Seconds float64   `json:"seconds"`        // from the first record to the last
	CPU     float64   `json:"cpu"`            // user and system seconds of the process between start and end
	Sleeps  uint64    `json:"sleeps"`         // how often the process gave up the processor to wait, in the same time
	RSS     uint64    `json:"rss,omitempty"`  // resident bytes at the end
	Laps    []float64 `json:"laps,omitempty"` // seconds per job.Lap bytes received
	Samples []uint32  `json:"-"`              // round trips in nanoseconds, sorted; the driver reads them from job.Samples
}

func parseReport(line []byte) (report, error) {
	var r report
	if err := json.Unmarshal(line, &r); err != nil {
		return report{}, fmt.Errorf("report %q: %w", line, err)
	}
	return r, nil
}
