package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmring/ipc/shmring"
)

func TestSizesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]Size{
		"0": 0, "1": 1, "4096": 4096, "17B": 17, "64KiB": 64 << 10, "64kib": 64 << 10, "1 MiB": 1 << 20, "2GiB": 2 << 30,
		"100kB": 100_000, "3MB": 3_000_000, "1GB": 1_000_000_000,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "KiB", "-1", "-1KiB", "1.5MiB", "1TiB", "1K", "9223372036854775807KiB", "x"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q: got %d", text, got)
		}
	}
}

func TestASizeIsWrittenSoThatItCanBeReadAgain(t *testing.T) {
	for _, size := range []Size{0, 1, 1023, 1024, 1025, 64 << 10, 1 << 20, 3 << 30, 1<<30 + 1} {
		if got, err := ParseSize(size.String()); err != nil || got != size {
			t.Errorf("%d is written %q and read %d, %v", size, size, got, err)
		}
	}
	sizes := Sizes{64, 1 << 10}
	if err := sizes.Set(Sizes{8, 16 << 10}.String()); err != nil || len(sizes) != 2 || sizes[1] != 16<<10 {
		t.Errorf("got %v, %v", sizes, err)
	}
	if err := sizes.Set("1,,2"); err == nil {
		t.Error("a missing size was accepted")
	}
}

func TestNumbersForPeopleHaveThreeDigits(t *testing.T) {
	for n, want := range map[float64]string{0: "0.00", 1.234: "1.23", 9.999: "10.0", 12.34: "12.3", 99.96: "100", 1023: "1023"} {
		if got := Digits(n); got != want {
			t.Errorf("%g: got %q, want %q", n, got, want)
		}
	}
	for n, want := range map[float64]string{5: "5 B", 1024: "1.00 KiB", 1 << 21: "2.00 MiB", 1e12: "931 GiB"} {
		if got := Approx(n); got != want {
			t.Errorf("%g: got %q, want %q", n, got, want)
		}
	}
}

// program is a command whose only subcommand ends with the given error.
func program(err error) *cobra.Command {
	root := &cobra.Command{Use: "prog"}
	FlagJSON(root)
	root.AddCommand(&cobra.Command{Use: "do", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return err }})
	return root
}

func TestExitCodesSayWhoseFaultItWas(t *testing.T) {
	_, badName := shmring.Open("/")
	for _, test := range []struct {
		args  string
		err   error
		code  int
		print string
	}{
		{"do", nil, ExitGood, ""},
		{"do", errors.New("prog: broken"), ExitFailure, "prog: broken\n"},
		{"do", fmt.Errorf("waiting: %w", context.Canceled), ExitFailure, "prog: interrupted\n"},
		{"do", Usage("not %d", 7), ExitUsage, "prog: not 7\n"},
		{"do", errors.Join(nil, badName), ExitUsage, "want letters"},
		{"do x", nil, ExitUsage, `unknown command "x"`},
		{"do --x", nil, ExitUsage, "unknown flag"},
		{"done", nil, ExitUsage, `unknown command "done"`},
	} {
		var diagnostics strings.Builder
		code := Run(t.Context(), program(test.err), strings.Fields(test.args), nil, nil, &diagnostics)
		if code != test.code || !strings.Contains(diagnostics.String(), test.print) {
			t.Errorf("%s, %v: code %d, %q, want %d, %q", test.args, test.err, code, diagnostics.String(), test.code, test.print)
		}
	}
}

func TestFailuresSayWhatToDoInTermsOfTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	_, missing := shmring.Open("none", shmring.WithDir(dir))
	s, err := shmring.Create("feed", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, otherKind := shmring.Open("feed", shmring.WithDir(dir), shmring.WithKind(shmring.MPSC))
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Consumer(); err != nil {
		t.Fatal(err)
	}
	_, secondProducer := s.Producer()
	_, secondConsumer := s.Consumer()
	tooLarge := p.TrySend(make([]byte, 1<<20))
	tooSmall := &shmring.NoSpaceError{Path: "/dev/shm/feed.shmring", Need: 2, Free: 1}
	for _, test := range []struct {
		err      error
		capacity bool // a flag of the command
		want     string
	}{
		{missing, false, "no such file or directory: there is no such ring (shmring ls shows those there are)\n"},
		{otherKind, true, "the segment is spsc, want mpsc: leave out --kind, or remove the ring (shmring rm) and make it anew\n"},
		{secondProducer, true, "this ring has one producer, rings made with --kind mpsc have many\n"},
		{secondConsumer, true, "a ring has one consumer at a time\n"},
		{tooLarge, true, "record of 1048576 bytes, want at most 524272 (a ring made with a larger --capacity takes larger ones)\n"},
		{tooSmall, true, "use a smaller --capacity, remove old segments"},
		{tooSmall, false, "use another --dir, remove old segments"},
	} {
		root := program(test.err)
		if test.capacity {
			new(Ring).FlagShape(root.Commands()[0].Flags())
		}
		var diagnostics strings.Builder
		code := Run(t.Context(), root, []string{"do"}, nil, nil, &diagnostics)
		if code != ExitFailure || !strings.Contains(diagnostics.String(), test.want) {
			t.Errorf("%v: code %d, %q, want %q", test.err, code, diagnostics.String(), test.want)
		}
	}
}

func TestFlagsThatExcludeEachOtherAreNamed(t *testing.T) {
	root := program(nil)
	do := root.Commands()[0]
	do.Flags().Bool("one", false, "")
	do.Flags().Bool("other", false, "")
	do.MarkFlagsMutuallyExclusive("one", "other")
	var diagnostics strings.Builder
	code := Run(t.Context(), root, []string{"do", "--other", "--one"}, nil, nil, &diagnostics)
	if want := "prog: --one and --other exclude each other\n"; code != ExitUsage || !strings.HasPrefix(diagnostics.String(), want) {
		t.Errorf("code %d, %q, want %q", code, diagnostics.String(), want)
	}
}

func TestWhoeverWaitsForLongLooksSeldom(t *testing.T) {
	now := time.Now()
	for waited, want := range map[time.Duration]time.Duration{0: 2 * time.Millisecond, time.Hour: 100 * time.Millisecond} {
		if got := pause(now.Add(-waited)); got != want {
			t.Errorf("after %v: got %v, want %v", waited, got, want)
		}
	}
}

func TestReportPrintsTextOrALineOfJSON(t *testing.T) {
	for args, want := range map[string]string{
		"do":        "3 records, 2.00 KiB in 0.500 s: 0.00 million records/s, 4.00 KiB/s\n",
		"do --json": `{"records":3,"bytes":2048,"seconds":0.5}` + "\n",
	} {
		root := program(nil)
		root.Commands()[0].RunE = func(cmd *cobra.Command, _ []string) error { return Report(cmd, Flow{3, 2048, 0.5}) }
		var out bytes.Buffer
		if code := Run(t.Context(), root, strings.Fields(args), nil, &out, os.Stderr); code != ExitGood || out.String() != want {
			t.Errorf("%s: code %d, %q, want %q", args, code, out.String(), want)
		}
	}
}

func TestJoinWaitsForTheOtherSideToChooseTheShape(t *testing.T) {
	dir := t.TempDir()
	joiner := Ring{Dir: dir}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := joiner.Join(ctx, "feed"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("with nobody there: %v", err)
	}
	joined := make(chan *shmring.Segment)
	go func() {
		s, err := joiner.Join(context.Background(), "feed")
		if err != nil {
			t.Error(err)
		}
		joined <- s
	}()
	maker := Ring{Dir: dir, Kind: shmring.MPSC, Capacity: 8 << 10, Schema: 5}
	s, err := maker.OpenOrCreate(t.Context(), "feed")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	j := <-joined
	defer j.Close()
	if info := j.Info(); info.ID != s.Info().ID || info.Kind != "mpsc" || info.Capacity != 8<<10 || info.Schema != 5 {
		t.Errorf("joined %+v", info)
	}
}

func TestJoinMakesTheSegmentWhenItsShapeIsGiven(t *testing.T) {
	for name, r := range map[string]Ring{"kind": {Kind: shmring.MPSC}, "capacity": {Capacity: 8 << 10}, "new": {NewKind: shmring.MPSC}} {
		r.Dir = t.TempDir()
		s, err := r.Join(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if want := max(r.Kind, r.NewKind, shmring.SPSC); s.Info().Kind != want.String() {
			t.Errorf("%s: got %s, want %v", name, s.Info().Kind, want)
		}
		s.Close()
	}
}

func TestAnExistingSegmentIsTakenAsItIs(t *testing.T) {
	dir := t.TempDir()
	s, err := shmring.Create("feed", shmring.WithDir(dir), shmring.WithKind(shmring.SPSC), shmring.WithSchema(9))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, r := range map[string]Ring{"plain": {}, "another schema": {Schema: 5}, "another new kind": {NewKind: shmring.MPSC}} {
		r.Dir = dir
		other, err := r.OpenOrCreate(t.Context(), "feed")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		other.Close()
	}
	r := Ring{Dir: dir, Kind: shmring.MPSC}
	if _, err := r.OpenOrCreate(t.Context(), "feed"); !errors.Is(err, shmring.ErrKind) {
		t.Errorf("another kind: %v", err)
	}
}

func TestJoinRefusesADirectoryThatIsNotThere(t *testing.T) {
	r := Ring{Dir: t.TempDir() + "/none"}
	if _, err := r.Join(t.Context(), "feed"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestFlagsOfARingAreUnderstood(t *testing.T) {
	for args, want := range map[string]Ring{
		"":            {},
		"--kind mpsc": {Kind: shmring.MPSC},
		"--kind SPSC --capacity 64KiB --wait park --dir d": {Kind: shmring.SPSC, Capacity: 64 << 10, Wait: shmring.Park, Dir: "d"},
	} {
		var r Ring
		cmd := &cobra.Command{}
		r.FlagShape(cmd.Flags())
		r.FlagWait(cmd.Flags())
		if err := cmd.ParseFlags(strings.Fields(args)); err != nil || r != want {
			t.Errorf("%s: got %+v, %v, want %+v", args, r, err, want)
		}
	}
	for _, args := range []string{"--kind both", "--wait long", "--capacity much"} {
		var r Ring
		cmd := &cobra.Command{}
		r.FlagShape(cmd.Flags())
		r.FlagWait(cmd.Flags())
		if err := cmd.ParseFlags(strings.Fields(args)); err == nil {
			t.Errorf("%s was accepted: %+v", args, r)
		}
	}
}

func TestNamesOfSegmentsAreCompleted(t *testing.T) {
	r := Ring{Dir: t.TempDir()}
	s, err := r.OpenOrCreate(t.Context(), "feed")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if names, _ := r.Names(nil, nil, ""); len(names) != 1 || names[0] != "feed" {
		t.Errorf("got %q", names)
	}
	if names, _ := r.Names(nil, []string{"feed"}, ""); len(names) != 0 {
		t.Errorf("after a name: %q", names)
	}
}

func TestLingerEndsAndStartsAgain(t *testing.T) {
	l := Linger{For: 10 * time.Millisecond}
	looks := 0
	for l.Again(t.Context()) {
		looks++
	}
	if looks == 0 {
		t.Error("it did not wait at all")
	}
	l.Reset()
	if !l.Again(t.Context()) {
		t.Error("it did not wait again")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l.Reset()
	if l.Again(ctx) || (&Linger{}).Again(t.Context()) {
		t.Error("it waited without a reason")
	}
}
