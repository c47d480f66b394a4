//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Lock takes a write lock on f without waiting: [ErrLocked]. A Query by somebody else can be in its way for a moment.
func Lock(f *os.File, _, _ int64) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return os.NewSyscallError("flock", err)
}

// Unlock gives up the lock of f's description.
func Unlock(f *os.File, _, _ int64) error {
	return os.NewSyscallError("flock", unix.Flock(int(f.Fd()), unix.LOCK_UN))
}

// Query reports what would keep another description from locking f. f's description holds no lock: it shares the file
// for a moment to find out, and only a write lock is in the way of that.
func Query(f *os.File, _ int64) (Conflict, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return WriteByte, nil
	} else if err != nil {
		return None, os.NewSyscallError("flock", err)
	}
	return None, Unlock(f, 0, 1)
}
