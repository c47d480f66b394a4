package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// files opens one file several times: the first for writing, the last for reading only.
func files(t *testing.T) (holder, other, reader *os.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	var all [3]*os.File
	for i, flag := range []int{os.O_RDWR, os.O_RDWR, os.O_RDONLY} {
		f, err := os.OpenFile(path, flag, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		all[i] = f
	}
	return all[0], all[1], all[2]
}

func expect(t *testing.T, f *os.File, off int64, want Conflict) {
	t.Helper()
	if got, err := Query(f, off); got != want || err != nil {
		t.Errorf("byte %d: got %v, %v; want %v", off, got, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteLocksExcludeEachOtherByteByByte(t *testing.T) {
	holder, other, reader := files(t)
	must(t, Lock(holder, 10, 1))
	if err := Lock(other, 10, 1); !errors.Is(err, ErrLocked) {
		t.Errorf("the same byte: got %v, want ErrLocked", err)
	}
	if err := Lock(other, 0, 20); !errors.Is(err, ErrLocked) {
		t.Errorf("a range around it: got %v, want ErrLocked", err)
	}
	must(t, Lock(other, 11, 1))
	for _, f := range []*os.File{other, reader} {
		expect(t, f, 10, WriteByte)
		expect(t, f, 9, None)
	}
	must(t, Unlock(holder, 10, 1))
	expect(t, reader, 10, None)
	must(t, Lock(other, 10, 1))
}

func TestARangeIsToldFromAByte(t *testing.T) {
	holder, _, reader := files(t)
	must(t, Lock(holder, 0, 20))
	expect(t, reader, 0, WriteRange)
	expect(t, reader, 19, WriteRange)
	expect(t, reader, 20, None)
	must(t, holder.Close())
	expect(t, reader, 0, None)
}

func TestALockOfAReaderIsSharedAndNoWriteLock(t *testing.T) {
	holder, other, reader := files(t)
	if err := Lock(reader, 10, 1); err == nil {
		t.Error("a descriptor without the right to write took a write lock")
	}
	shared := unix.Flock_t{Type: unix.F_RDLCK, Start: 10, Len: 1}
	must(t, unix.FcntlFlock(reader.Fd(), unix.F_OFD_SETLK, &shared))
	expect(t, other, 10, Shared)
	if err := Lock(holder, 10, 1); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
}
