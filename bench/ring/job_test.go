package main

import (
	"strings"
	"testing"
)

func TestJobCrossesToTheChildUnchanged(t *testing.T) {
	want := job{
		Path: "/a b/ring=1", Samples: "/s", Size: 64, Capacity: 1 << 20, Batch: 32, Producers: 4, ID: 3, Millis: 20,
		Burst: 100, GapMicros: 1000, Lap: 1 << 24, Wait: "park",
	}
	got, err := parseJob(want.args())
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParseJobRefusesWhatNoContestantCouldDo(t *testing.T) {
	good := newJob(64, 20)
	for name, change := range map[string]func(*job){
		"a record shorter than its number": func(j *job) { j.Size = 7 },
		"a batch of nothing":               func(j *job) { j.Batch = 0 },
		"no producer":                      func(j *job) { j.Producers = 0 },
		"too many producers":               func(j *job) { j.Producers = maxProducers + 1 },
		"a producer beyond the last":       func(j *job) { j.ID = 1 },
	} {
		if _, err := parseJob(good.with(change).args()); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	for _, arg := range []string{"colour=red", "size=many", "size"} {
		if _, err := parseJob(append(good.args(), arg)); err == nil || !strings.Contains(err.Error(), "job:") {
			t.Errorf("%q: got %v, want an error of the job", arg, err)
		}
	}
}
