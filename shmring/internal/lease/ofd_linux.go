package lease

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// openLock returns the open file description that will hold the lock at off.
func openLock(m *shm.Mapping, _ int64) (*os.File, error) { return m.Reopen() }

// lock takes the byte at off for the description behind file, or says ErrHeld.
func lock(file *os.File, off int64) error {
	l := byteLock(off, unix.F_WRLCK)
	err := unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &l)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return ErrHeld
	}
	return os.NewSyscallError("lock", err)
}

func unlock(file *os.File, off int64) error {
	l := byteLock(off, unix.F_UNLCK)
	return os.NewSyscallError("unlock", unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &l))
}

// probe asks the kernel who would be in the way of a lock, without taking one.
func probe(_ *shm.Mapping, prober *os.File, off int64) (held bool, err error) {
	l := byteLock(off, unix.F_WRLCK)
	if err := unix.FcntlFlock(prober.Fd(), unix.F_OFD_GETLK, &l); err != nil {
		return false, os.NewSyscallError("probe lock", err)
	}
	return l.Type != unix.F_UNLCK, nil
}

func byteLock(off int64, kind int16) unix.Flock_t {
	return unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: 1}
}
