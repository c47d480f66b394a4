package shmring

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAFailedOpenSaysOnceWhatWasFoundAndExpected(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "feed"+suffix)
	make := func() {
		t.Helper()
		must(t, os.RemoveAll(path))
		must(t, second(Create("feed", WithDir(dir), WithCapacity(4096))))
	}
	for _, c := range []struct {
		spoil func() error
		opts  []Option
		says  string
	}{
		{func() error { return os.Truncate(path, 4096) }, nil, "segment truncated: file is 4096 bytes, header says 8192"},
		{func() error { return os.Truncate(path, 9000) }, nil, "segment truncated: file is 9000 bytes, header says 8192"},
		{func() error { return os.Truncate(path, 10) }, nil, "segment truncated: file is 10 bytes, a header alone has 256"},
		{func() error { return os.Remove(path) }, nil, "no such file or directory"},
		{func() error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }, nil, "not a segment: it is a directory, want a regular file"},
		{func() error { return nil }, []Option{WithKind(MPSC)}, "kind mismatch: the segment is spsc, want mpsc"},
	} {
		make()
		must(t, c.spoil())
		err := second(Open("feed", append(c.opts, WithDir(dir))...))
		if want := "shmring: open " + path + ": " + c.says; err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
