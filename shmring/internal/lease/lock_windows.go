package lease

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// A prober holds a shared lock for a moment. Acquire outlasts it by trying this often,
// this far apart.
const (
	attempts = 5
	pause    = time.Millisecond
)

// beyond lifts the locked bytes over the file's end: locks bind readers and writers
// here, and nobody shall be kept from the data.
const beyond = 1 << 30 // in the upper 32 bits of the offset

// openLock returns the handle that will hold the lock at off.
func openLock(m *shm.Mapping, _ int64) (*os.File, error) { return m.Reopen() }

// lock takes the byte at off for the handle behind file, or says ErrHeld.
func lock(file *os.File, off int64) error {
	const how = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	for range attempts {
		err := windows.LockFileEx(windows.Handle(file.Fd()), how, 0, 1, 0, place(off))
		if !errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return os.NewSyscallError("LockFileEx", err)
		}
		time.Sleep(pause)
	}
	return ErrHeld
}

func unlock(file *os.File, off int64) error {
	return os.NewSyscallError("UnlockFileEx", windows.UnlockFileEx(windows.Handle(file.Fd()), 0, 1, 0, place(off)))
}

// probe tries to share the byte; only a lease is in the way of that.
func probe(_ *shm.Mapping, prober *os.File, off int64) (held bool, err error) {
	err = windows.LockFileEx(windows.Handle(prober.Fd()), windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, place(off))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	if err != nil {
		return false, os.NewSyscallError("LockFileEx", err)
	}
	return false, unlock(prober, off)
}

func place(off int64) *windows.Overlapped {
	return &windows.Overlapped{Offset: uint32(off), OffsetHigh: uint32(off>>32) | beyond}
}
