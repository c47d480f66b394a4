//go:build linux && (amd64 || arm64)

package fault

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestAccessToLostMemorySetsTheFlagAndGoesOn(t *testing.T) {
	for _, scenario := range []string{"load", "store", "atomics", "memmove", "memmoveIn"} {
		t.Run(scenario, func(t *testing.T) { mustSurvive(t, scenario) })
	}
}

func TestLossOfHalfAFileIsLossOfAll(t *testing.T) { mustSurvive(t, "half") }

func TestTruncationUnderReadersAndWriters(t *testing.T) {
	for _, procs := range []string{"1", "2", "8"} {
		t.Run("GOMAXPROCS="+procs, func(t *testing.T) {
			for range 5 {
				mustSurvive(t, "many", "GOMAXPROCS="+procs)
			}
		})
	}
}

func TestOnlyTheLostSegmentsFlagIsSet(t *testing.T) { mustSurvive(t, "segments") }

func TestFaultsDuringGarbageCollections(t *testing.T) {
	mustSurvive(t, "collector")
	mustSurvive(t, "collector", "GOMAXPROCS=1")
	mustSurvive(t, "collector", "GODEBUG=gccheckmark=1,asyncpreemptoff=1")
}

func TestWritesAfterTheLossAreNotWipedByALateThread(t *testing.T) { mustSurvive(t, "keepsWritten") }

func TestSignalNotifyAndGuardLiveTogether(t *testing.T) {
	mustSurvive(t, "notifyBefore")
	mustSurvive(t, "notifyAfter")
}

func TestGuardPutsTheHandlerBackInPlace(t *testing.T) { mustSurvive(t, "handlerReset") }

func TestForeignHandlersThatPassOnAreGoneBefore(t *testing.T) { mustSurvive(t, "foreign") }

func TestGuardRefusesHandlersItCannotPassOnTo(t *testing.T) {
	mustSurvive(t, "tooForeign")
	mustSurvive(t, "noHandler")
}

func TestFlagLivesExactlyAsLongAsTheGuard(t *testing.T) { mustSurvive(t, "lostFlagAlive") }

func TestFaultElsewhereStillEndsTheProgramAsGoDoes(t *testing.T) {
	want := lastWords(mustDie(t, "bare"))
	if want == "" {
		t.Fatal("Go's own report of a fault was not understood")
	}
	for _, scenario := range []string{"unguarded", "released", "neighbour", "foreignDies"} {
		if got := lastWords(mustDie(t, scenario)); got != want {
			t.Errorf("%s: program ended with\n%s\nwant\n%s", scenario, got, want)
		}
	}
	if out := mustDie(t, "neighbour"); !strings.Contains(out, "guarded part is well") {
		t.Errorf("the fault in the guarded part should have been survived:\n%s", out)
	}
	if out := mustDie(t, "sentByKill"); !strings.Contains(out, "SIGBUS") {
		t.Errorf("SIGBUS sent by kill should have ended the program:\n%s", out)
	}
}

// lastWords returns the lines in which Go's runtime names a fault, without addresses.
func lastWords(output string) string {
	lines := regexp.MustCompile(`(?m)^(unexpected fault|panic:|\[signal SIGBUS).*$`).FindAllString(output, -1)
	return regexp.MustCompile(`0x[0-9a-f]+`).ReplaceAllString(strings.Join(lines, "\n"), "0x…")
}

func TestOnlyMissingMemoryIsALoss(t *testing.T) {
	if os.Getenv(emulatorKey) != "" {
		t.Skip("emulators do not survive a forged SIGBUS")
	}
	if out := mustDie(t, "hardware"); !strings.Contains(out, "forgery accepted") || !strings.Contains(out, "SIGBUS") {
		t.Errorf("the second signal should have ended the program:\n%s", out)
	}
}

func TestFaultGoesToGoIfTheKernelRefusesMemory(t *testing.T) {
	if os.Getenv(emulatorKey) != "" {
		t.Skip("emulators do not pass the limit on memory to the kernel")
	}
	mustSurvive(t, "refused")
}

func TestOtherFaultsStillPanicAsGoDoes(t *testing.T) {
	mustSurvive(t, "nilPointer")
	mustSurvive(t, "panicOnFault")
}

func TestGuardRefusesWhatIsNoMapping(t *testing.T) {
	s, err := mapTemp(4 << 16)
	if err != nil {
		t.Fatal(err)
	}
	lost := new(uint32)
	for name, mem := range map[string][]byte{"nil": nil, "empty": s.mem[:0], "misaligned": s.mem[8:]} {
		if _, err := Guard(mem, lost); err == nil {
			t.Errorf("%s memory was accepted", name)
		}
	}
	if _, err := Guard(s.mem, nil); err == nil {
		t.Error("a nil flag was accepted")
	}
}

func TestGuardRefusesOverlapsAndOneRangeTooMany(t *testing.T) {
	page := 1 << 16 // the largest page of all processors
	s, err := mapTemp((MaxRanges + 1) * page)
	if err != nil {
		t.Fatal(err)
	}
	lost := new(uint32)
	var releases []func()
	for i := range MaxRanges {
		release, err := Guard(s.mem[i*page:(i+1)*page], lost)
		if err != nil {
			t.Fatalf("range %d: %v", i, err)
		}
		releases = append(releases, release)
	}
	if _, err := Guard(s.mem[page:page+1], lost); err == nil {
		t.Error("an overlapping range was accepted")
	}
	if _, err := Guard(s.mem[MaxRanges*page:], lost); err == nil {
		t.Errorf("range %d was accepted", MaxRanges+1)
	}
	releases[17]()
	again, err := Guard(s.mem[17*page:18*page], lost)
	if err != nil {
		t.Errorf("a released range was refused: %v", err)
	} else {
		again()
	}
	for _, release := range releases {
		release()
	}
	for i := range table {
		if e := &table[i]; e.hi.Load() != 0 || e.flag.Load() != nil || e.seq.Load()%2 != 0 {
			t.Fatalf("entry %d is not free after release", i)
		}
	}
}
