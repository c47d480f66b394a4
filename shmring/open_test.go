package shmring

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmring/ipc/layout"
)

func TestBadNamesAreRefused(t *testing.T) {
	dir := WithDir(t.TempDir())
	for _, name := range []string{
		"", ".", "..", ".hidden", "-flag", "a/b", "../a", "a b", "a\x00b", "a\nb", "grün", "a\xffb", "~", "*", strings.Repeat("a", 201),
	} {
		for verb, err := range map[string]error{
			"Create":       second(Create(name, dir)),
			"Open":         second(Open(name, dir)),
			"OpenOrCreate": second(OpenOrCreate(name, dir)),
			"Remove":       Remove(name, dir),
		} {
			var n *NameError
			if !errors.Is(err, ErrName) || !errors.As(err, &n) || n.Name != name || n.Reason == "" {
				t.Errorf("%s(%.20q): got %v, want a NameError", verb, name, err)
			}
		}
	}
	for _, name := range []string{"a", "A.b-c_9", strings.Repeat("a", 200)} {
		s, err := Create(name, dir)
		must(t, err)
		s.Close()
	}
}

func second(s *Segment, err error) error {
	if s != nil {
		s.Close()
	}
	return err
}

func TestNoFileIsNoSegment(t *testing.T) {
	s := heap(t)
	_, err := FromFile(s.File())
	want(t, "FromFile", err, fs.ErrInvalid)
}

func TestAMissingSegmentIsReportedAsMissing(t *testing.T) {
	dir := WithDir(t.TempDir())
	want(t, "Open", second(Open("feed", dir)), fs.ErrNotExist)
	want(t, "Remove", Remove("feed", dir), fs.ErrNotExist)
}

func TestAnExistingSegmentIsNotMadeAgain(t *testing.T) {
	s, dir := named(t)
	must(t, producer(t, s).TrySend([]byte("kept")))
	err := second(Create("feed", dir))
	want(t, "Create", err, fs.ErrExist)
	var e *SegmentError
	if !errors.As(err, &e) || e.Path != s.Info().Path {
		t.Errorf("%v does not name %s", err, s.Info().Path)
	}
	again, err := OpenOrCreate("feed", dir)
	must(t, err)
	defer again.Close()
	expect(t, consumer(t, again), "kept")
}

func TestAMissingDirectoryIsReportedAsMissing(t *testing.T) {
	dir := WithDir(filepath.Join(t.TempDir(), "none"))
	want(t, "Create", second(Create("feed", dir)), fs.ErrNotExist)
	want(t, "Open", second(Open("feed", dir)), fs.ErrNotExist)
	want(t, "OpenOrCreate", second(OpenOrCreate("feed", dir)), fs.ErrNotExist)
	_, err := List(dir)
	want(t, "List", err, fs.ErrNotExist)
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for name, opt := range map[string]Option{
		"WithKind": WithKind(3), "WithWait": WithWait(Park + 1), "WithCapacity": WithCapacity(-1), "WithMode": WithMode(fs.ModeDir | 0o700),
		"WithMaxRecord": WithMaxRecord(DefaultCapacity - 15),
	} {
		var o *OptionError
		err := second(Create("feed", opt, WithDir(t.TempDir())))
		if !errors.Is(err, ErrOption) || !errors.As(err, &o) || o.Option != name || o.Got == "" || o.Want == "" {
			t.Errorf("%s: got %v, want an OptionError", name, err)
		}
	}
	want(t, "no capacity", second(Heap(WithCapacity(0))), ErrOption)
	_, dir := named(t)
	want(t, "opening", second(Open("feed", dir, WithWait(Park+1))), ErrOption)
	want(t, "too much capacity", second(Heap(WithCapacity(layout.MaxCapacity+1))), ErrOption)
	for _, n := range []int{-1, 0, 1024} {
		want(t, "producers", second(Heap(WithKind(MPSC), WithMaxProducers(n))), ErrOption)
	}
}

// spoiled writes a changed copy of a good segment's file and returns what Open says about it.
func spoiled(t *testing.T, spoil func(file []byte) []byte, opts ...Option) error {
	t.Helper()
	dir := t.TempDir()
	s, err := Create("feed", WithDir(dir), WithCapacity(4096), WithSchema(42))
	must(t, err)
	path := s.Info().Path
	must(t, s.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, spoil(file), 0o600))
	err = second(Open("feed", append(opts, WithDir(dir))...))
	if err == nil {
		return nil
	}
	var e *SegmentError
	if !errors.As(err, &e) || e.Path != path || e.Op != "open" {
		t.Errorf("%v does not name %s", err, path)
	}
	if again := second(OpenOrCreate("feed", append(opts, WithDir(dir))...)); again == nil || again.Error() != err.Error() {
		t.Errorf("OpenOrCreate says %v where Open says %v", again, err)
	}
	return err
}

func TestForeignFilesAreNotSegments(t *testing.T) {
	for name, content := range map[string][]byte{
		"text": []byte("hello, world"), "a long text": bytes.Repeat([]byte("hello"), 10000),
		"zeros": make([]byte, 8192), "ones": bytes.Repeat([]byte{0xff}, 8192), "one byte": {'x'},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, "Open", spoiled(t, func([]byte) []byte { return content }), ErrNotSegment)
		})
	}
}

func TestTruncatedFilesAreReportedAsTruncated(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 255, 256, 257, 4095, 4096, 8191} {
		want(t, "Open", spoiled(t, func(b []byte) []byte { return b[:n] }), ErrTruncated)
	}
}

func TestAFileLongerThanItsHeaderSaysIsRefused(t *testing.T) {
	err := spoiled(t, func(b []byte) []byte { return append(b, 0) })
	var h *layout.HeaderError
	if !errors.As(err, &h) || h.Fault != layout.BadSize {
		t.Errorf("got %v, want a HeaderError about the size", err)
	}
}

func TestAHeaderWithReservedBytesIsCorrupt(t *testing.T) {
	err := spoiled(t, func(b []byte) []byte {
		h, err := layout.Load[layout.Header](b[:layout.HeaderSize])
		must(t, err)
		h.Reserved[0] = 1
		h.Seal()
		return append(bytes.Clone(layout.Bytes(&h)), b[layout.HeaderSize:]...)
	})
	want(t, "Open", err, ErrCorrupt)
}

func TestEveryFlippedHeaderByteOnDiskIsFound(t *testing.T) {
	dir := t.TempDir()
	s, err := Create("feed", WithDir(dir), WithCapacity(4096))
	must(t, err)
	path := s.Info().Path
	must(t, s.Close())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer file.Close()
	for at := range int64(layout.HeaderSize) {
		var b [1]byte
		_, err := file.ReadAt(b[:], at)
		must(t, err)
		_, err = file.WriteAt([]byte{b[0] ^ 0xff}, at)
		must(t, err)
		target := ErrCorrupt
		switch {
		case at < 8:
			target = ErrNotSegment
		case at < 12 || at >= 124 && at < 128:
			target = ErrVersion
		}
		err = second(Open("feed", WithDir(dir)))
		var h *layout.HeaderError
		if !errors.Is(err, target) || !errors.As(err, &h) {
			t.Errorf("byte %d: got %v, want %v with a HeaderError", at, err, target)
		}
		_, err = file.WriteAt(b[:], at)
		must(t, err)
	}
	must(t, second(Open("feed", WithDir(dir))))
}

// forged changes header fields and computes the checksum anew, as somebody would who means it.
func forged(change func(*layout.Header)) func([]byte) []byte {
	return func(file []byte) []byte {
		var h layout.Header
		copy(layout.Bytes(&h), file)
		change(&h)
		h.Seal()
		copy(file, layout.Bytes(&h))
		return file
	}
}

func TestForgedHeadersAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*layout.Header)
		target error
	}{
		"magic":       {func(h *layout.Header) { h.Magic[0] = 'S' }, ErrNotSegment},
		"version":     {func(h *layout.Header) { h.Version++ }, ErrVersion},
		"byte order":  {func(h *layout.Header) { h.ByteOrder = 0x04030201 }, ErrVersion},
		"layout hash": {func(h *layout.Header) { h.LayoutHash ^= 1 }, ErrVersion},
		"kind":        {func(h *layout.Header) { h.Kind = 9 }, ErrCorrupt},
		"more slots":  {func(h *layout.Header) { h.SlotCount = 1 << 31 }, ErrCorrupt},
		"capacity":    {func(h *layout.Header) { h.Capacity = 1 << 40 }, ErrCorrupt},
		"data offset": {func(h *layout.Header) { h.DataOffset = ^uint64(0) - 4095 }, ErrCorrupt},
		"bigger":      {func(h *layout.Header) { *h = layout.NewHeader(SPSC, 8192, 100, 2) }, ErrTruncated},
	} {
		t.Run(name, func(t *testing.T) { want(t, "Open", spoiled(t, forged(c.change)), c.target) })
	}
}

func TestAWrongChecksumNamesBothSums(t *testing.T) {
	err := spoiled(t, func(b []byte) []byte {
		binary.LittleEndian.PutUint64(b[248:], 0x1122334455667788)
		return b
	})
	want(t, "Open", err, ErrCorrupt)
	if !strings.Contains(err.Error(), "0x1122334455667788") {
		t.Errorf("%v does not name the sum that was found", err)
	}
}

func TestAnotherSchemaIsRefusedNamingBoth(t *testing.T) {
	none := func(b []byte) []byte { return b }
	err := spoiled(t, none, WithSchema(43))
	var s *SchemaError
	if !errors.Is(err, ErrSchema) || !errors.As(err, &s) || s.Segment != 42 || s.Want != 43 {
		t.Errorf("got %v, want a SchemaError with 42 and 43", err)
	}
	must(t, spoiled(t, none, WithSchema(42)))
	must(t, spoiled(t, none))
}

func TestAnotherKindIsRefused(t *testing.T) {
	none := func(b []byte) []byte { return b }
	want(t, "Open", spoiled(t, none, WithKind(MPSC)), ErrKind)
	must(t, spoiled(t, none, WithKind(SPSC)))
}

func TestWhatIsNoRegularFileIsNotASegment(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "feed"+suffix)
	must(t, os.Mkdir(path, 0o700))
	want(t, "a directory", second(Open("feed", WithDir(dir))), ErrNotSegment)
	want(t, "Create over a directory", second(Create("feed", WithDir(dir))), fs.ErrExist)
}

func TestSymbolicLinksAreNotFollowed(t *testing.T) {
	s, _ := named(t)
	dir := t.TempDir()
	link := filepath.Join(dir, "link"+suffix)
	if err := os.Symlink(s.Info().Path, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	err := second(Open("link", WithDir(dir)))
	want(t, "Open", err, ErrNotSegment)
	want(t, "Open", err, ErrPermission)
	want(t, "Create over a link", second(Create("link", WithDir(dir))), fs.ErrExist)
	must(t, Remove("link", WithDir(dir)))
	if _, err := os.Stat(s.Info().Path); err != nil {
		t.Error("Remove followed the link:", err)
	}
}

func TestListShowsGoodAndBadSegments(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a"} {
		s, err := Create(name, WithDir(dir), WithKind(MPSC), WithSchema(7))
		must(t, err)
		defer s.Close()
		defer producer(t, s).Close()
	}
	must(t, os.WriteFile(filepath.Join(dir, "c"+suffix), []byte("no segment"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "unrelated"), nil, 0o600))
	// Anybody may make files in a public directory; what they are called is for no terminal.
	must(t, os.WriteFile(filepath.Join(dir, "c\x1b[2J"+suffix), nil, 0o600))
	infos, err := List(WithDir(dir))
	must(t, err)
	if len(infos) != 3 || infos[0].Name != "a" || infos[1].Name != "b" || infos[2].Name != "c" {
		t.Fatalf("got %+v, want a, b and c", infos)
	}
	a := infos[0]
	if a.Error != "" || a.Kind != "mpsc" || a.Schema != 7 || len(a.Parties) != 1 || !a.Parties[0].Alive || a.Parties[0].PID != os.Getpid() {
		t.Errorf("a is described as %+v", a)
	}
	if !strings.Contains(infos[2].Error, "not a segment") {
		t.Errorf("c is described as %+v", infos[2])
	}
}
