package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// TestMain makes the test binary a child when the driver starts it as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childWord {
		if err := runChild(os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func newRunner(t *testing.T) runner {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the baselines sleep in Linux futexes")
	}
	if _, err := exec.LookPath(compiler()); err != nil {
		t.Skipf("no C compiler: %v", err)
	}
	baseline, err := buildBaseline(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return runner{self: self, baseline: baseline, pin: true}
}

// Every sample that loses, reorders or doubles a record is an error of run.
func TestEveryEntryOfTheSuiteDeliversWhatItSays(t *testing.T) {
	n := newRunner(t)
	for _, l := range suite(lengths{stream: 5, idle: 5, burst: 20, laps: 20}, "adaptive") {
		t.Run(l.title, func(t *testing.T) {
			for _, e := range l.entries {
				r, _, err := n.run(t.Context(), e)
				if err != nil {
					t.Errorf("%s: %v", e.label, err)
				}
				switch e.roles[0] {
				case "recv", "both", "ping", "rtt":
					if r.Records == 0 {
						t.Errorf("%s: no record arrived", e.label)
					}
				}
				if e.roles[0] == "ping" && len(r.Samples) == 0 {
					t.Errorf("%s: no round trip was kept", e.label)
				}
			}
		})
	}
}

func TestRunReportsAChildThatCannotPlay(t *testing.T) {
	n := newRunner(t)
	for _, e := range []entry{
		{"C, no such role", "tail", []string{"juggle"}, newJob(64, 5)},
		{"Go, no such role", "unix", []string{"juggle"}, newJob(64, 5)},
		{"C, odd capacity", "tail", streaming(1), newJob(64, 5).with(func(j *job) { j.Capacity = 1000 })},
	} {
		if _, _, err := n.run(t.Context(), e); err == nil {
			t.Errorf("%s: got no error", e.label)
		}
	}
}

// A run that did not heed its context would end without an error, after a minute.
func TestRunEndsWithItsContext(t *testing.T) {
	n := newRunner(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, _, err := n.run(ctx, entry{"C", "tail", streaming(1), newJob(64, 60000)}); err == nil {
		t.Error("got no error from a cancelled run")
	}
}

func TestDriveRefusesALineThatIsNotThere(t *testing.T) {
	if err := drive(t.Context(), []string{"--only", "no such line"}, os.Stdout); err == nil {
		t.Error("got no error")
	}
}

func TestResultsCarryFiguresAsJSON(t *testing.T) {
	n := newRunner(t)
	r, err := n.measure(t.Context(), spinLine(5), 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(results{Lines: []lineResult{r}})
	if err != nil {
		t.Fatal(err)
	}
	var back results
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Lines) != 1 || len(back.Lines[0].Rows) == 0 || back.Lines[0].Rows[0].Figures["p50 ns"] <= 0 {
		t.Errorf("got %s, want a row with its p50", b)
	}
}
