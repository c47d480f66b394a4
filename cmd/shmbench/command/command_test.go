package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/cmd/shmbench/internal/lane"
	"github.com/shmring/ipc/cmd/shmbench/internal/load"
	"github.com/shmring/ipc/shmring"
)

// The test program is its own second process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == lane.PeerCommand {
		os.Exit(cli.Main(New()))
	}
	// Under the race detector every process would sleep for a second at its end.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// run runs shmbench in this process and returns what it printed.
func run(ctx context.Context, args ...string) (code int, out, diagnostics string) {
	var o, d bytes.Buffer
	code = cli.Run(ctx, New(), args, strings.NewReader(""), &o, &d)
	return code, o.String(), d.String()
}

// beside runs a command next to the others of a test.
func beside(t *testing.T, wg *sync.WaitGroup, out *string, args ...string) {
	wg.Go(func() {
		code, o, d := run(t.Context(), args...)
		if code != cli.ExitGood {
			t.Errorf("%q: code %d, %s", args, code, d)
		}
		*out = o
	})
}

// lines decodes a command's JSON lines.
func lines[T any](t *testing.T, out string) []T {
	t.Helper()
	var all []T
	for line := range strings.Lines(out) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, v)
	}
	return all
}

// keys fails the test unless the line of JSON has exactly these keys.
func keys(t *testing.T, line string, want ...string) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
	for _, key := range want {
		if _, ok := got[key]; !ok {
			t.Errorf("no %q in %s", key, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d keys, want %d", line, len(got), len(want))
	}
}

func TestSendAndRecvAgree(t *testing.T) {
	for _, test := range []struct {
		name    string
		senders int
		send    []string
		recv    []string
	}{
		{"spsc", 1, []string{"--size", "64"}, nil},
		{"mpsc", 3, []string{"--kind", "mpsc", "--size", "100"}, []string{"--linger", "200ms"}},
		{"batches", 1, []string{"--batch", "32", "--size", "8"}, nil},
		{"batches of many senders", 3, []string{"--kind", "mpsc", "--batch", "7", "--size", "1000"}, []string{"--linger", "200ms"}},
		{"counted", 1, []string{"--wait", "park", "--capacity", "8KiB"}, []string{"--wait", "park", "--count", "3000"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, wg := t.TempDir(), sync.WaitGroup{}
			var received string
			sent := make([]string, test.senders)
			beside(t, &wg, &received, append([]string{"recv", "--name", "feed", "--dir", dir, "--json"}, test.recv...)...)
			for i := range sent {
				beside(t, &wg, &sent[i], append([]string{"send", "--name", "feed", "--dir", dir, "--json", "--count", "3000"}, test.send...)...)
			}
			wg.Wait()
			keys(t, received, "records", "bytes", "seconds", "lost", "reordered", "duplicated", "corrupt")
			got := lines[load.Received](t, received)[0]
			var want uint64
			for _, s := range sent {
				keys(t, s, "records", "bytes", "seconds")
				want += lines[cli.Flow](t, s)[0].Bytes
			}
			if got.Faults() != 0 || got.Records != uint64(test.senders)*3000 || got.Bytes != want {
				t.Errorf("received %+v, sent were %d bytes", got, want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestRecvLeavesSegmentsThatOthersMade(t *testing.T) {
	dir := t.TempDir()
	s, err := shmring.Create("feed", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, args := range [][]string{{"send", "--count", "100"}, {"recv"}} {
		if code, _, d := run(t.Context(), append(args, "--name", "feed", "--dir", dir)...); code != cli.ExitGood {
			t.Errorf("%q: code %d, %s", args, code, d)
		}
	}
	again, err := shmring.Open("feed", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestRecvFailsWhenTheStreamIsShort(t *testing.T) {
	dir := t.TempDir()
	run(t.Context(), "send", "--count", "10", "--name", "feed", "--dir", dir)
	code, out, d := run(t.Context(), "recv", "--count", "11", "--linger", "10ms", "--json", "--name", "feed", "--dir", dir)
	if got := lines[load.Received](t, out)[0]; code != cli.ExitFailure || got.Records != 10 || got.Lost != 0 || !strings.Contains(d, "10 records, expected were 11") {
		t.Errorf("code %d, %+v, %q", code, got, d)
	}
}

func TestRecvFailsWhenRecordsAreNotAsSent(t *testing.T) {
	dir := t.TempDir()
	s, err := shmring.Create("feed", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	record := make([]byte, 64)
	for _, n := range []uint64{0, 1, 3, 2, 2, 9} {
		load.Stamp(record, n)
		if err := p.Send(t.Context(), record); err != nil {
			t.Fatal(err)
		}
	}
	p.Send(t.Context(), []byte("another record altogether"))
	p.Close()
	code, out, _ := run(t.Context(), "recv", "--json", "--name", "feed", "--dir", dir)
	got := lines[load.Received](t, out)[0]
	got.Seconds = 0
	if want := (load.Received{Records: 7, Bytes: 6*64 + 25, Lost: 5, Reordered: 1, Duplicated: 1, Corrupt: 1}); code != cli.ExitFailure || got != want {
		t.Errorf("code %d, %+v, want %+v", code, got, want)
	}
}

func TestSendKeepsToItsRate(t *testing.T) {
	code, out, d := run(t.Context(), "send", "--rate", "1000", "--count", "51", "--json", "--name", "feed", "--dir", t.TempDir())
	// The last of 51 is due after 50 ms: sooner it must not be.
	if got := lines[cli.Flow](t, out)[0]; code != cli.ExitGood || got.Records != 51 || got.Seconds < 0.05 {
		t.Errorf("code %d, %+v, %s", code, got, d)
	}
}

func TestPingAndPongAgree(t *testing.T) {
	for _, wait := range []string{"spin", "adaptive", "park"} {
		t.Run(wait, func(t *testing.T) {
			dir, wg := t.TempDir(), sync.WaitGroup{}
			var pong, ping string
			beside(t, &wg, &pong, "pong", "--name", "line", "--dir", dir)
			beside(t, &wg, &ping, "ping", "--name", "line", "--dir", dir, "--size", "100", "--count", "500", "--wait", wait, "--json")
			wg.Wait()
			keys(t, ping, "count", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns")
			got := lines[load.RoundTrips](t, ping)[0]
			if got.Count != 500 || got.P50 <= 0 || got.P50 > got.P90 || got.P90 > got.P99 || got.P99 > got.P999 || got.P999 > got.Max {
				t.Errorf("got %+v", got)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestPingSkipsWhatAKilledPingLeftBehind(t *testing.T) {
	dir, wg := t.TempDir(), sync.WaitGroup{}
	for _, suffix := range []string{pingSuffix, pongSuffix} {
		s, err := shmring.Create("line"+suffix, shmring.WithDir(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		p, err := s.Producer()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Send(t.Context(), make([]byte, 64)); err != nil {
			t.Fatal(err)
		}
		p.Close()
	}
	var pong, ping string
	beside(t, &wg, &ping, "ping", "--name", "line", "--dir", dir, "--count", "50", "--json")
	for infos, _ := shmring.List(shmring.WithDir(dir)); len(infos[0].Parties)+len(infos[1].Parties) < 2; {
		infos, _ = shmring.List(shmring.WithDir(dir)) // until ping is there
	}
	beside(t, &wg, &pong, "pong", "--name", "line", "--dir", dir)
	wg.Wait()
	if got := lines[load.RoundTrips](t, ping)[0]; got.Count != 50 {
		t.Errorf("got %+v", got)
	}
}

func TestTheSuitePrintsATableAndASentence(t *testing.T) {
	code, out, d := run(t.Context(), "--for", "5ms")
	if code != cli.ExitGood {
		t.Fatalf("code %d, %s", code, d)
	}
	for _, want := range []string{"records a second", "64 KiB", "Unix socket", "pipe", "TCP loopback", "p99.9", "ring, spin", "ring, park"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	all := strings.Split(strings.TrimSpace(out), "\n")
	if last := all[len(all)-1]; !strings.HasPrefix(last, "On this machine the ring carries ") || strings.Count(last, ". ") > 0 {
		t.Errorf("the last line is no plain sentence: %q", last)
	}
}

func TestTheSuitePrintsALineOfJSONPerPart(t *testing.T) {
	code, out, d := run(t.Context(), "--for", "5ms", "--json")
	if code != cli.ExitGood {
		t.Fatalf("code %d, %s", code, d)
	}
	parts := map[string]int{}
	for _, l := range lines[struct{ Part string }](t, out) {
		parts[l.Part]++
	}
	if want := (map[string]int{"host": 1, "stream": 3 * len(streamers("")), "roundtrip": len(askers("")), "verdict": 1}); fmt.Sprint(parts) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", parts, want)
	}
}

func TestCodecMeasuresEveryFormat(t *testing.T) {
	code, out, d := run(t.Context(), "codec", "--for", "1ms", "--sizes", "100,1KiB", "--json")
	if code != cli.ExitGood {
		t.Fatalf("code %d, %s", code, d)
	}
	ops := map[string]int{}
	for _, l := range lines[codecLine](t, out) {
		if l.Ns <= 0 || l.Bytes <= 0 || l.Calls <= 0 {
			t.Errorf("got %+v", l)
		}
		ops[l.Codec+" "+l.Op]++
	}
	for _, codec := range []string{"bincode", "tagged", "msgpack", "json", "gob"} {
		if ops[codec+" encode"] != 2 || ops[codec+" decode"] != 2 {
			t.Errorf("%s: %v", codec, ops)
		}
	}
	if code, out, _ := run(t.Context(), "codec", "--for", "1ms", "--sizes", "100"); code != cli.ExitGood || !strings.Contains(out, "bincode") {
		t.Errorf("as text: code %d, %q", code, out)
	}
}

func TestFrameMeasuresGatheringAndCopying(t *testing.T) {
	code, out, d := run(t.Context(), "frame", "--for", "1ms", "--sizes", "1KiB,64KiB", "--json")
	if code != cli.ExitGood {
		t.Fatalf("code %d, %s", code, d)
	}
	if got := lines[frameLine](t, out); len(got) != 6 || got[0].Way != "writev" || got[5].Size != 64<<10 || got[5].Ns <= 0 {
		t.Errorf("got %+v", got)
	}
	if code, out, _ := run(t.Context(), "frame", "--for", "1ms", "--sizes", "1KiB"); code != cli.ExitGood || !strings.Contains(out, "writev") {
		t.Errorf("as text: code %d, %q", code, out)
	}
}

func TestCompareAndSweepPrintAndDraw(t *testing.T) {
	for _, args := range [][]string{{"compare"}, {"sweep", "--capacities", "64KiB"}} {
		path := filepath.Join(t.TempDir(), "plot.svg")
		code, out, d := run(t.Context(), append(args, "--for", "3ms", "--rounds", "2", "--sizes", "64,1KiB", "--plot", path)...)
		if code != cli.ExitGood || !strings.Contains(out, "medians of 2 samples") || !strings.Contains(out, "ring") {
			t.Errorf("%s: code %d, %q, %s", args, code, out, d)
		}
		if svg, err := os.ReadFile(path); err != nil || !bytes.Contains(svg, []byte("<svg")) {
			t.Errorf("%s: no picture: %v", args, err)
		}
		code, out, d = run(t.Context(), append(args, "--for", "3ms", "--rounds", "1", "--sizes", "64", "--json")...)
		if got := lines[streamLine](t, out); code != cli.ExitGood || len(got) == 0 || got[0].Part != args[0] || got[0].Records == 0 {
			t.Errorf("%s --json: code %d, %q, %s", args, code, out, d)
		}
	}
}

func TestImpossibleCommandLinesAreUsage(t *testing.T) {
	for _, line := range []string{
		"send", "recv", "ping", "pong", "send --name /", "send --name x --size 7", "send --name x --batch 0", "send --name x --rate -1",
		"ping --name x --size 7", "ping --name x --count 0", "recv --name x y", "frob", "codec --for 0s", "codec --sizes 99", "frame --for 0s", "--for 0s",
		"compare --rounds 0", "compare --sizes 7", "compare --plot x.gif", "compare --for 0s", "sweep --capacities 4KiB", "peer", "send --kind both",
	} {
		code, out, d := run(t.Context(), strings.Fields(line)...)
		if code != cli.ExitUsage || out != "" || !strings.Contains(d, "--help") {
			t.Errorf("%q: code %d, %q, %q", line, code, out, d)
		}
	}
}

func TestAnInterruptedCommandFailsAndSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, line := range []string{"recv --name x", "pong --name x", "--for 1h"} {
		args := strings.Fields(line)
		if args[0] != "--for" {
			args = append(args, "--dir", t.TempDir())
		}
		if code, _, d := run(ctx, args...); code != cli.ExitFailure || !strings.Contains(d, "interrupted") {
			t.Errorf("%q: code %d, %q", line, code, d)
		}
	}
}

func TestASuiteOnABusyMachineSaysSo(t *testing.T) {
	for _, c := range []struct {
		load       string
		processors int
		warns      bool
	}{{"0.10", 2, false}, {"0.99", 2, false}, {"1.00", 2, true}, {"2.5", 16, false}, {"15.2", 16, true}, {"0.9", 1, false}, {"1.1", 1, true}, {"", 2, false}} {
		if got := crowd(c.load, c.processors); (got != "") != c.warns {
			t.Errorf("load %q on %d processors: %q", c.load, c.processors, got)
		}
	}
}
