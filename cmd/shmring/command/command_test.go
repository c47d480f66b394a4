package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// run runs shmring in this process on the given input and returns what it printed.
func run(ctx context.Context, in io.Reader, args ...string) (code int, out, diagnostics string) {
	var o, d bytes.Buffer
	code = cli.Run(ctx, New(), args, in, &o, &d)
	return code, o.String(), d.String()
}

// good runs a command that has to succeed and returns its output.
func good(t *testing.T, in string, args ...string) string {
	t.Helper()
	code, out, d := run(t.Context(), strings.NewReader(in), args...)
	if code != cli.ExitGood {
		t.Fatalf("%q: code %d, %s", args, code, d)
	}
	return out
}

// create makes a segment that is gone at the end of the test.
func create(t *testing.T, dir, name string, opts ...shmring.Option) *shmring.Segment {
	t.Helper()
	s, err := shmring.Create(name, append(opts, shmring.WithDir(dir))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// fill sends records as a producer that stays.
func fill(t *testing.T, s *shmring.Segment, records ...string) *shmring.Producer {
	t.Helper()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := p.Send(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	return p
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

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in:\n%s", part, text)
		}
	}
}

func TestLsShowsSegmentsAndWhatIsNone(t *testing.T) {
	dir := t.TempDir()
	if out := good(t, "", "ls", "--dir", dir); out != "" {
		t.Errorf("an empty directory: %q", out)
	}
	fill(t, create(t, dir, "feed", shmring.WithCapacity(64<<10)), "one", "two")
	if err := os.WriteFile(filepath.Join(dir, "broken.shmring"), []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := good(t, "", "ls", "--dir", dir)
	mustContain(t, out, "NAME", "feed", "spsc", "64 KiB", "producer "+fmt.Sprint(os.Getpid()), "broken", "not a segment")
	got := lines[listing](t, good(t, "", "ls", "--dir", dir, "--json"))
	if len(got) != 2 || got[0].Error == "" || got[1].Unread != 2 || len(got[1].Parties) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestInfoNamesPartiesAndWhomTheRingWaitsFor(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir, "feed", shmring.WithKind(shmring.MPSC), shmring.WithSchema(7), shmring.WithChecksum())
	p := fill(t, s)
	r, err := p.Reserve(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Abort()
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Next(ctx); err == nil {
		t.Fatal("an open reservation was delivered")
	}
	out := good(t, "", "info", "feed", "--dir", dir)
	mustContain(t, out, "mpsc", "0x0000000000000007", "every record", "consumer", "waits for    producer process "+fmt.Sprint(os.Getpid()))
	got := lines[description](t, good(t, "", "info", "feed", "--dir", dir, "--json"))[0]
	if got.Stats.Blocked == nil || got.Stats.Blocked.PID != os.Getpid() || len(got.Parties) != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestStatShowsCountersOnceOrAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	p := fill(t, create(t, dir, "feed"), "one", "two")
	mustContain(t, good(t, "", "stat", "feed", "--dir", dir), "2 records, 6 B", "1 came so far")
	if got := lines[counters](t, good(t, "", "stat", "feed", "--dir", dir, "--json"))[0]; got.Sent != 2 || got.Used != 32 {
		t.Errorf("got %+v", got)
	}
	for _, json := range []string{"--json=false", "--json"} {
		in, out := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan int)
		go func() {
			done <- cli.Run(ctx, New(), []string{"stat", "feed", "--dir", dir, "--watch", "--interval", "5ms", json}, nil, out, io.Discard)
			out.Close()
		}()
		if err := p.Send(ctx, []byte("more")); err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 1000)
		if n, err := in.Read(first); err != nil || n == 0 {
			t.Errorf("nothing was printed: %v", err)
		}
		cancel()
		go io.Copy(io.Discard, in)
		if code := <-done; code != cli.ExitGood {
			t.Errorf("%s: code %d", json, code)
		}
	}
}

func TestDumpShowsRecordsAndWhoWroteThem(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir, "feed")
	fill(t, s, "hello, ring", strings.Repeat("x", 100))
	out := good(t, "", "dump", "feed", "--dir", dir, "--bytes", "16")
	mustContain(t, out, "record", "payload 11, slot 1 generation 1, process "+fmt.Sprint(os.Getpid()), "|hello, ring|", "payload 100", "|xxxxxxxxxxxxxxxx|")
	got := lines[shmring.Entry](t, good(t, "", "dump", "feed", "--dir", dir, "--json"))
	if len(got) != 2 || string(got[0].Payload) != "hello, ring" || len(got[1].Payload) != 64 || got[1].Length != 100 {
		t.Errorf("got %+v", got)
	}
}

func TestRmRemovesAllItCanAndReportsTheRest(t *testing.T) {
	dir := t.TempDir()
	create(t, dir, "a")
	create(t, dir, "b")
	code, out, d := run(t.Context(), nil, "rm", "a", "none", "b", "--dir", dir, "--json")
	if code != cli.ExitFailure || !strings.Contains(d, "none") || len(lines[removed](t, out)) != 2 {
		t.Errorf("code %d, %q, %q", code, out, d)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestDoctorFindsThisMachineFit(t *testing.T) {
	dir := t.TempDir()
	out := good(t, "", "doctor", "--dir", dir)
	mustContain(t, out, "processors", "segments", "created, used and removed "+dir)
	for _, f := range lines[finding](t, good(t, "", "doctor", "--dir", dir, "--json")) {
		if f.Check == "" || f.Found == "" || f.Verdict != fine && f.Verdict != note {
			t.Errorf("got %+v", f)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	code, out, d := run(t.Context(), nil, "doctor", "--dir", filepath.Join(dir, "none"))
	if code != cli.ExitFailure || !strings.Contains(out, "fail  segments") || !strings.Contains(d, "checks failed") {
		t.Errorf("without a directory: code %d, %q, %q", code, out, d)
	}
}

func TestImpossibleCommandLinesAreUsage(t *testing.T) {
	for _, line := range []string{
		"info", "info a b", "stat x --interval 0s", "send", "send x --lines --framed", "recv x --follow --linger 1s", "recv /",
		"dump x --bytes -1", "rm", "gc --grace -1s", "gc x", "ls x", "doctor x", "send x --capacity 3GiB --dir .", "frob",
	} {
		code, out, d := run(t.Context(), strings.NewReader(""), strings.Fields(line)...)
		if code != cli.ExitUsage || out != "" || !strings.Contains(d, "--help") {
			t.Errorf("%q: code %d, %q, %q", line, code, out, d)
		}
	}
}

func TestAMissingNameIsSaidInPlainWords(t *testing.T) {
	for _, command := range []string{"info", "stat", "dump", "rm", "send", "recv"} {
		if _, _, d := run(t.Context(), nil, command); !strings.Contains(d, "NAME is missing") {
			t.Errorf("%s: %q", command, d)
		}
	}
}

func TestHelpNamesTheDefaultOfACapacityOnce(t *testing.T) {
	out := good(t, "", "send", "--help")
	mustContain(t, out, "(default: 1 MiB)")
	if strings.Contains(out, "0 B") {
		t.Errorf("got a second default: %s", out)
	}
}

func TestWhatIsNotThereIsAFailure(t *testing.T) {
	for _, command := range []string{"info", "stat", "dump", "rm"} {
		code, _, d := run(t.Context(), nil, command, "none", "--dir", t.TempDir())
		if code != cli.ExitFailure || !strings.Contains(d, "no such file") {
			t.Errorf("%s: code %d, %q", command, code, d)
		}
	}
}
