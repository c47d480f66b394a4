package lease

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/shmring/internal/shm"
)

func readLock(t *testing.T, path string, off int64) (unlock func()) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	lock := unix.Flock_t{Type: unix.F_RDLCK, Start: off, Len: 1}
	if err := unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &lock); err != nil {
		t.Fatal(err)
	}
	return func() { file.Close() }
}

func TestAReadersLockIsNoLease(t *testing.T) {
	path := segment(t)
	table := handle(t, path, shm.OpenFlags{})
	unlock := readLock(t, path, 1)
	if held, err := table.Held(1); held || err != nil {
		t.Errorf("held %v, %v", held, err)
	}
	if _, err := table.Acquire(1); !errors.Is(err, ErrObstructed) || errors.Is(err, ErrHeld) {
		t.Errorf("Acquire: got %v, want ErrObstructed", err)
	}
	unlock()
	l, err := table.Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestAllLeasesAreTakenTogetherOrNotAtAll(t *testing.T) {
	path := segment(t)
	m, err := shm.Open(path, shm.OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	table, offsets := handle(t, path, shm.OpenFlags{}), []int64{100, 200, 300}

	one, err := table.Acquire(200)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := AcquireAll(m, offsets); !errors.Is(err, ErrHeld) {
		t.Errorf("beside a holder: got %v, want ErrHeld", err)
	}
	one.Release()
	unlock := readLock(t, path, 200)
	if _, err := AcquireAll(m, offsets); !errors.Is(err, ErrObstructed) {
		t.Errorf("beside a reader: got %v, want ErrObstructed", err)
	}
	unlock()

	all, err := AcquireAll(m, offsets)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := AcquireAll(m, offsets); !errors.Is(err, ErrRemoving) {
		t.Errorf("beside another: got %v, want ErrRemoving", err)
	}
	for _, off := range offsets {
		if held, err := table.Held(off); held || err != nil {
			t.Errorf("byte %d: held %v, %v; nobody owns the slot", off, held, err)
		}
	}
	if _, err := table.Acquire(100); !errors.Is(err, ErrRemoving) {
		t.Errorf("Acquire beside one who does not get on: got %v, want ErrRemoving", err)
	}
	acquired := make(chan error, 1)
	go func() {
		_, err := table.Acquire(300)
		acquired <- err
	}()
	time.Sleep(5 * pause)
	if err := all.Release(); err != nil {
		t.Fatal(err)
	}
	if err := <-acquired; err != nil {
		t.Errorf("Acquire after the end: %v", err)
	}
}

func TestALeaseOnAFileWithoutItsNameIsNotGranted(t *testing.T) {
	path := segment(t)
	m, err := shm.Open(path, shm.OpenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	table := handle(t, path, shm.OpenFlags{})
	for _, replaced := range []bool{false, true} {
		if replaced {
			if err := os.WriteFile(path, make([]byte, 4096), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := table.Acquire(1); !errors.Is(err, ErrRemoved) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("replaced %v: Acquire: got %v, want ErrRemoved", replaced, err)
		}
		if _, err := AcquireAll(m, []int64{1}); !errors.Is(err, ErrRemoved) {
			t.Errorf("replaced %v: AcquireAll: got %v, want ErrRemoved", replaced, err)
		}
		if held, err := table.Held(1); held || err != nil {
			t.Errorf("replaced %v: held %v, %v", replaced, held, err)
		}
	}
}
