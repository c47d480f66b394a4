package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	warmUp     = 10      // round trips of the first tenth of the time are not kept
	maxSamples = 1 << 22 // round trips kept
)

// A trips times round trips; the twin of role_ping in c/roles.h. The clock is read once per round trip:
// its end is the start of the next.
type trips struct {
	record  []byte
	samples []uint32
	begun   time.Time
	then    time.Duration
	length  time.Duration
	number  uint64
	stamp   uint64
	over    bool
	bad     uint64
}

func newTrips(j job) *trips {
	t := &trips{record: make([]byte, j.Size), samples: make([]uint32, maxSamples), length: time.Duration(j.Millis) * time.Millisecond}
	for i := range t.samples {
		t.samples[i] = 1 // no page fault while the clock runs
	}
	t.samples = t.samples[:0]
	return t
}

func (t *trips) start() { t.begun = time.Now() }

// next returns the stamped record to send, nil after the last.
func (t *trips) next() []byte {
	if t.over {
		return nil
	}
	t.over = t.then >= t.length || len(t.samples) == maxSamples-1
	t.stamp = t.number
	if t.over {
		t.stamp |= endMark
	}
	binary.NativeEndian.PutUint64(t.record, t.stamp)
	return t.record
}

// answer takes note of what came back.
func (t *trips) answer(r []byte) {
	if len(r) < 8 || binary.NativeEndian.Uint64(r) != t.stamp {
		t.bad++
	}
	now := time.Since(t.begun)
	if t.then >= t.length/warmUp {
		t.samples = append(t.samples, uint32(now-t.then))
	}
	t.then = now
	t.number++
}

// keep writes the samples where the job says and reports.
func (t *trips) keep(j job) (report, error) {
	raw := make([]byte, 0, 4*len(t.samples))
	for _, s := range t.samples {
		raw = binary.NativeEndian.AppendUint32(raw, s)
	}
	if err := os.WriteFile(j.Samples, raw, 0o600); err != nil {
		return report{}, err
	}
	return report{Records: t.number, Bad: t.bad, Seconds: t.then.Seconds()}, nil
}

// last reports whether a record that pong returned was the last.
func last(r []byte) bool { return len(r) >= 8 && binary.NativeEndian.Uint64(r)&endMark != 0 }

// readSamples reads and sorts what keep or its twin wrote.
func readSamples(path string) ([]uint32, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 || len(raw)%4 != 0 {
		return nil, fmt.Errorf("%s: %d bytes of round trips: want a positive multiple of 4", path, len(raw))
	}
	samples := make([]uint32, len(raw)/4)
	for i := range samples {
		samples[i] = binary.NativeEndian.Uint32(raw[4*i:])
	}
	slices.Sort(samples)
	return samples, nil
}

// percentile returns the smallest sample that at least per thousand of them do not exceed.
// The samples are sorted and not empty; perMille is 0 to 1000.
func percentile(samples []uint32, perMille int) float64 {
	i := (len(samples)*perMille+999)/1000 - 1
	return float64(samples[max(i, 0)])
}
