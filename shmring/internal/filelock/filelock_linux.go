package filelock

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Lock takes a write lock on n bytes at off, or none, without waiting: [ErrLocked]. f is open for writing.
func Lock(f *os.File, off, n int64) error {
	l := flock(unix.F_WRLCK, off, n)
	err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &l)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return ErrLocked
	}
	return os.NewSyscallError("lock", err)
}

// Unlock gives up what f's description holds of n bytes at off.
func Unlock(f *os.File, off, n int64) error {
	l := flock(unix.F_UNLCK, off, n)
	return os.NewSyscallError("unlock", unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &l))
}

// Query reports what would keep another description from locking the byte at off. It takes no lock, and sees none of
// f's own description.
func Query(f *os.File, off int64) (Conflict, error) {
	l := flock(unix.F_WRLCK, off, 1)
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_GETLK, &l); err != nil {
		return None, os.NewSyscallError("query lock", err)
	}
	switch {
	case l.Type == unix.F_UNLCK:
		return None, nil
	case l.Type == unix.F_RDLCK: // so nobody holds a write lock
		return Shared, nil
	case l.Len == 1:
		return WriteByte, nil
	}
	return WriteRange, nil
}

func flock(kind int16, off, n int64) unix.Flock_t {
	return unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: n}
}
