package command

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/cmd/internal/cli"
	"github.com/shmring/ipc/shmring"
)

// noise is n bytes that look like nothing.
func noise(n int) []byte {
	b := make([]byte, n)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(b)
	return b
}

// through sends input with one set of flags and receives it with another, side by side.
func through(t *testing.T, input io.Reader, send, recv []string) string {
	t.Helper()
	dir := t.TempDir()
	received := make(chan string)
	go func() {
		code, out, d := run(t.Context(), nil, append([]string{"recv", "feed", "--dir", dir}, recv...)...)
		if code != cli.ExitGood {
			t.Errorf("recv: code %d, %s", code, d)
		}
		received <- out
	}()
	if code, _, d := run(t.Context(), input, append([]string{"send", "feed", "--dir", dir}, send...)...); code != cli.ExitGood {
		t.Errorf("send: code %d, %s", code, d)
	}
	return <-received
}

func TestAStreamOfBytesArrivesAsItWas(t *testing.T) {
	input := noise(3<<20 + 17)
	for _, flags := range [][]string{nil, {"--capacity", "4KiB"}, {"--capacity", "64KiB", "--wait", "park"}, {"--kind", "mpsc"}} {
		if got := through(t, bytes.NewReader(input), flags, []string{"--linger", "20ms"}); got != string(input) {
			t.Errorf("%v: %d bytes arrived otherwise than %d were sent", flags, len(got), len(input))
		}
	}
	if got := through(t, iotest.OneByteReader(bytes.NewReader(input[:2000])), nil, nil); got != string(input[:2000]) {
		t.Error("byte by byte: they arrived otherwise")
	}
	if got := through(t, strings.NewReader(""), nil, nil); got != "" {
		t.Errorf("nothing was sent, %q arrived", got)
	}
}

func TestLinesAreRecords(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for input, want := range map[string]string{
		"a\nb\n\nc\n":          "a\nb\n\nc\n",
		"no newline at end":    "no newline at end\n",
		long + "\n" + long[1:]: long + "\n" + long[1:] + "\n",
	} {
		if got := through(t, strings.NewReader(input), []string{"--lines"}, []string{"--lines"}); got != want {
			t.Errorf("%.20q… of %d bytes came as %.20q… of %d", input, len(input), got, len(got))
		}
	}
	if got := through(t, strings.NewReader("a\nb\n"), []string{"--lines"}, nil); got != "ab" {
		t.Errorf("the newline is part of the record: %q", got)
	}
}

// framed puts records behind their lengths.
func framed(records ...string) string {
	var b []byte
	for _, r := range records {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(r)))
		b = append(b, r...)
	}
	return string(b)
}

func TestFramedRecordsKeepTheirBounds(t *testing.T) {
	input := framed("one", "", strings.Repeat("y", 70_000), "a\nb")
	if got := through(t, strings.NewReader(input), []string{"--framed"}, []string{"--framed"}); got != input {
		t.Errorf("%d bytes came as %d", len(input), len(got))
	}
	got := lines[jsonRecord](t, through(t, strings.NewReader(framed("one", "\x00\xff")), []string{"--framed"}, []string{"--json"}))
	if len(got) != 2 || string(got[0].Payload) != "one" || got[1].Length != 2 || got[1].Slot != 1 || got[1].Generation != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestInputThatDoesNotFitIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ flag, input, want string }{
		"a long line":      {"--lines", strings.Repeat("x", 5000), "record of 5000 bytes, want at most 2032"},
		"a long frame":     {"--framed", "\xff\xff\xff\xff", "record of 4294967295 bytes, want at most 2032"},
		"half a length":    {"--framed", "\x01\x00", "within a record's length"},
		"half a record":    {"--framed", framed("whole") + "\x05\x00\x00\x00half", "within a record of 5 bytes"},
		"length, then end": {"--framed", "\x05\x00\x00\x00", "within a record of 5 bytes"},
	} {
		dir := t.TempDir()
		code, _, d := run(t.Context(), strings.NewReader(test.input), "send", "feed", "--dir", dir, "--capacity", "4KiB", test.flag)
		if code != cli.ExitFailure || !strings.Contains(d, test.want) {
			t.Errorf("%s: code %d, %q, want %q", name, code, d, test.want)
		}
	}
}

func TestSendReportsWhatItSent(t *testing.T) {
	if got := good(t, "hello", "send", "feed", "--dir", t.TempDir()); got != "" {
		t.Errorf("not asked, it said %q", got)
	}
	got := lines[cli.Flow](t, good(t, "a\nbc\n", "send", "feed", "--dir", t.TempDir(), "--lines", "--json"))[0]
	if got.Records != 2 || got.Bytes != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestASenderWhoseInputFailsDoesNotEndTheStreamWell(t *testing.T) {
	dir := t.TempDir()
	in := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("disk on fire")))
	if code, _, d := run(t.Context(), in, "send", "feed", "--dir", dir); code != cli.ExitFailure || !strings.Contains(d, "disk on fire") {
		t.Errorf("code %d, %q", code, d)
	}
	s, err := shmring.Open("feed", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// This process lives, so its lease does: but the producer has not closed.
	if parties := s.Info().Parties; len(parties) != 1 || parties[0].Role != shmring.RoleProducer {
		t.Errorf("attached: %+v", parties)
	}
}

func TestASecondSenderOfAnSPSCRingLearnsWhatToDo(t *testing.T) {
	dir := t.TempDir()
	fill(t, create(t, dir, "feed"))
	code, _, d := run(t.Context(), strings.NewReader("x"), "send", "feed", "--dir", dir)
	if code != cli.ExitFailure || !strings.Contains(d, "--kind mpsc") {
		t.Errorf("code %d, %q", code, d)
	}
}

func TestRecvEndsAfterItsCountAndLeavesTheRest(t *testing.T) {
	dir := t.TempDir()
	fill(t, create(t, dir, "feed"), "one", "two", "three").Close()
	for _, want := range []string{"one\n", "two\n"} {
		if got := good(t, "", "recv", "feed", "--dir", dir, "--lines", "--count", "1"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := good(t, "", "recv", "feed", "--dir", dir, "--lines"); got != "three\n" {
		t.Errorf("got %q", got)
	}
}

func TestFollowOutlastsTheEndOfAStream(t *testing.T) {
	dir := t.TempDir()
	s := create(t, dir, "feed")
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	done := make(chan int)
	go func() {
		done <- cli.Run(ctx, New(), []string{"recv", "feed", "--dir", dir, "--follow"}, nil, out, io.Discard)
		out.Close()
	}()
	for _, text := range []string{"first", "second"} {
		fill(t, s, text).Close()
		got := make([]byte, len(text))
		if _, err := io.ReadFull(in, got); err != nil || string(got) != text {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
	}
	cancel()
	if code := <-done; code != cli.ExitFailure {
		t.Errorf("interrupted, it ended with code %d", code)
	}
}

func TestAnInterruptWhileRecvLingersIsCalledSo(t *testing.T) {
	dir := t.TempDir()
	fill(t, create(t, dir, "feed", shmring.WithKind(shmring.MPSC)), "only").Close()
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	done := make(chan string)
	go func() {
		var d strings.Builder
		code := cli.Run(ctx, New(), []string{"recv", "feed", "--dir", dir, "--linger", "1h"}, nil, out, &d)
		done <- fmt.Sprint(code, " ", d.String())
	}()
	if _, err := io.ReadFull(in, make([]byte, len("only"))); err != nil {
		t.Fatal(err)
	}
	cancel()
	if got := <-done; got != "1 shmring: interrupted\n" {
		t.Errorf("got %q", got)
	}
}

func TestSplitWritesAFilePerSender(t *testing.T) {
	dir, into := t.TempDir(), filepath.Join(t.TempDir(), "split")
	received := make(chan string)
	go func() {
		code, out, d := run(t.Context(), nil, "recv", "feed", "--dir", dir, "--split", into, "--linger", "300ms", "--json")
		if code != cli.ExitGood {
			t.Errorf("recv: code %d, %s", code, d)
		}
		received <- out
	}()
	inputs := map[string]bool{}
	done := make(chan bool)
	for i := range 4 {
		input := bytes.Repeat(noise(1000 + i)[i:], 200)
		inputs[string(input)] = true
		go func() {
			defer func() { done <- true }()
			code, _, d := run(t.Context(), bytes.NewReader(input), "send", "feed", "--dir", dir, "--kind", "mpsc")
			if code != cli.ExitGood {
				t.Errorf("send: code %d, %s", code, d)
			}
		}()
	}
	for range 4 {
		<-done
	}
	parts := lines[part](t, <-received)
	for _, p := range parts {
		b, err := os.ReadFile(p.Path)
		if err != nil || !inputs[string(b)] || uint64(len(b)) != p.Bytes {
			t.Errorf("%s: %d bytes of none of the senders, %v", p.Path, len(b), err)
		}
		delete(inputs, string(b))
		if want := fmt.Sprintf("slot-%d-generation-%d", p.Slot, p.Generation); filepath.Base(p.Path) != want {
			t.Errorf("%s is not named %s", p.Path, want)
		}
	}
	if len(parts) != 4 || len(inputs) != 0 {
		t.Errorf("%d files, %d inputs missing", len(parts), len(inputs))
	}
}

func TestSplitOverwritesNothing(t *testing.T) {
	dir, into := t.TempDir(), t.TempDir()
	fill(t, create(t, dir, "feed"), "new").Close()
	old := filepath.Join(into, "slot-1-generation-1")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, d := run(t.Context(), nil, "recv", "feed", "--dir", dir, "--split", into); code != cli.ExitFailure || !strings.Contains(d, "exists") {
		t.Errorf("code %d, %q", code, d)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("the file holds %q, %v", b, err)
	}
}

func TestSplitGoesOnWithMoreSendersThanOpenFiles(t *testing.T) {
	s, err := newSplit(nil, t.TempDir(), writeLine)
	if err != nil {
		t.Fatal(err)
	}
	const senders = maxOpen + 10
	for round := range 2 {
		for i := range uint16(senders) {
			if err := s.write(shmring.Record{Producer: 1, Generation: i, Payload: []byte{byte('a' + round)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.closeAll(); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.order {
		if b, err := os.ReadFile(p.Path); err != nil || string(b) != "a\nb\n" {
			t.Errorf("%s holds %q, %v", p.Path, b, err)
		}
	}
	if len(s.order) != senders {
		t.Errorf("%d senders, want %d", len(s.order), senders)
	}
}
