package main

import (
	"encoding/binary"
	"testing"
)

// said returns everything a script of the given producer says in a sample too short for a second look at the clock.
func said(t *testing.T, j job) []uint64 {
	t.Helper()
	s := newScript(j)
	s.start()
	var numbers []uint64
	for records := s.next(); records != nil; records = s.next() {
		for _, r := range records {
			if len(r) != j.Size {
				t.Fatalf("record of %d bytes, want %d", len(r), j.Size)
			}
			numbers = append(numbers, binary.NativeEndian.Uint64(r))
		}
	}
	return numbers
}

func heard(c *check, numbers ...uint64) (over bool) {
	for _, n := range numbers {
		over = c.record(binary.NativeEndian.AppendUint64(nil, n))
	}
	return over
}

func TestScriptEndsWithOneMarkedRecord(t *testing.T) {
	for _, size := range []int{8, 1024, 65536} {
		numbers := said(t, newJob(size, 0))
		for i, n := range numbers {
			want := uint64(i)
			if i == len(numbers)-1 {
				want |= endMark
			}
			if n != want {
				t.Fatalf("size %d: record %d says %#x, want %#x", size, i, n, want)
			}
		}
		if len(numbers) < 2 {
			t.Errorf("size %d: got %d records, want some", size, len(numbers))
		}
	}
}

func TestCheckIsOverAfterTheLastOfAllProducers(t *testing.T) {
	j := newJob(8, 0).with(func(j *job) { j.Producers = 2 })
	first := said(t, j)
	second := said(t, j.with(func(j *job) { j.ID = 1 }))
	c := newCheck(j)
	for i := range len(first) - 1 { // in turns
		if heard(c, first[i], second[i]) {
			t.Fatalf("over after record %d of %d", i, len(first))
		}
	}
	if heard(c, first[len(first)-1]) {
		t.Fatal("over after the first producer's end")
	}
	if !heard(c, second[len(second)-1]) {
		t.Fatal("not over after both ends")
	}
	if r := c.report(); r.Bad != 0 || r.Records != uint64(len(first)+len(second)-2) {
		t.Errorf("got %d records, %d bad; want %d, 0 bad", r.Records, r.Bad, len(first)+len(second)-2)
	}
}

func TestCheckCountsWhatIsLostReorderedOrDoubled(t *testing.T) {
	for name, numbers := range map[string][]uint64{
		"lost":              {0, 1, 3, 4 | endMark},
		"doubled":           {0, 1, 1, 2, 3 | endMark},
		"lost before first": {1, 2 | endMark},
		"lost before last":  {0, 1, 3 | endMark},
		"reordered":         {0, 2, 1, 3 | endMark},
	} {
		c := newCheck(newJob(8, 0))
		if !heard(c, numbers...) {
			t.Errorf("%s: not over after the end", name)
		}
		if c.report().Bad == 0 {
			t.Errorf("%s: nothing counted as bad", name)
		}
	}
}

func TestCheckNotesEveryLap(t *testing.T) {
	c := newCheck(newJob(1024, 0).with(func(j *job) { j.Lap = 4096 }))
	for n := range uint64(12) {
		heard(c, n)
		c.lapEnd()
	}
	if got := len(c.report().Laps); got != 3 {
		t.Errorf("got %d laps, want 3", got)
	}
}

func TestPercentileIsASampleThatEnoughDoNotExceed(t *testing.T) {
	samples := make([]uint32, 1000)
	for i := range samples {
		samples[i] = uint32(i + 1)
	}
	for perMille, want := range map[int]float64{0: 1, 1: 1, 500: 500, 999: 999, 1000: 1000} {
		if got := percentile(samples, perMille); got != want {
			t.Errorf("%d per mille: got %v, want %v", perMille, got, want)
		}
	}
	if got := percentile([]uint32{7}, 999); got != 7 {
		t.Errorf("of one sample: got %v, want 7", got)
	}
}
