package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// beyond moves the locked bytes behind the end of any file: locks bind readers and writers here, and nobody is to be
// kept from the data.
const beyond = 1 << 30 // in the upper 32 bits of the offset

// Lock takes a write lock on n bytes at off, or none, without waiting: [ErrLocked]. A Query by somebody else can be in
// its way for a moment.
func Lock(f *os.File, off, n int64) error {
	return lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, off, n)
}

// Unlock gives up n bytes at off, which Lock took.
func Unlock(f *os.File, off, n int64) error {
	at := overlapped(off)
	return os.NewSyscallError("UnlockFileEx", windows.UnlockFileEx(windows.Handle(f.Fd()), 0, uint32(n), uint32(n>>32), &at))
}

// Query reports what would keep another handle from locking the byte at off. f's handle holds no lock there: it shares
// the byte for a moment to find out, and only a write lock is in the way of that.
func Query(f *os.File, off int64) (Conflict, error) {
	err := lock(f, windows.LOCKFILE_FAIL_IMMEDIATELY, off, 1)
	if errors.Is(err, ErrLocked) {
		return WriteByte, nil
	} else if err != nil {
		return None, err
	}
	return None, Unlock(f, off, 1)
}

func lock(f *os.File, how uint32, off, n int64) error {
	at := overlapped(off)
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, uint32(n), uint32(n>>32), &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return os.NewSyscallError("LockFileEx", err)
}

func overlapped(off int64) windows.Overlapped {
	return windows.Overlapped{Offset: uint32(off), OffsetHigh: uint32(off>>32) | beyond}
}
