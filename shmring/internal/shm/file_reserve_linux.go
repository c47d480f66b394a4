package shm

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// step is how much is reserved by one system call. A signal undoes a fallocate that
// it interrupts, and Go sends itself signals: small steps lose little.
const step = 16 << 20

// reserve gives file its size with every byte backed by memory or disk, so that no
// later write finds the file system full.
func reserve(file *os.File, path string, size int64) error {
	for off := int64(0); off < size; off += step {
		n := min(step, size-off)
		err := retry(func() error { return unix.Fallocate(int(file.Fd()), 0, off, n) })
		if errors.Is(err, unix.EOPNOTSUPP) {
			err = writeZeros(file, off, n)
		}
		if err != nil {
			return noSpace(path, size, &fs.PathError{Op: "reserve", Path: path, Err: err}, fileSpace(file))
		}
	}
	return nil
}

// isNoSpace reports whether a system call failed because a file system, or a user's share of it, is full.
func isNoSpace(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

// noSpace returns err, as a *NoSpaceError if a full file system is the reason. statfs describes the file system.
func noSpace(path string, size int64, err error, statfs func(*unix.Statfs_t) error) error {
	if !isNoSpace(err) {
		return err
	}
	full := &NoSpaceError{Path: path, Need: size, Free: -1, FreeFiles: -1, Err: err}
	var st unix.Statfs_t
	if statfs(&st) == nil {
		full.Free = int64(st.Bavail) * int64(st.Bsize)
		if st.Files > 0 { // else it has no limit, or none that it knows
			full.FreeFiles = int64(st.Ffree)
		}
	}
	return full
}

// fileSpace describes the file system of a file that will not be needed, after giving back what the file has of it.
func fileSpace(file *os.File) func(*unix.Statfs_t) error {
	return func(st *unix.Statfs_t) error {
		if err := file.Truncate(0); err != nil {
			return err
		}
		return unix.Fstatfs(int(file.Fd()), st)
	}
}

func dirSpace(dir string) func(*unix.Statfs_t) error {
	return func(st *unix.Statfs_t) error { return unix.Statfs(dir, st) }
}

// writeZeros is the reservation of file systems without fallocate.
func writeZeros(file *os.File, off, n int64) error {
	zeros := make([]byte, min(n, 1<<20))
	for ; n > 0; n -= int64(len(zeros)) {
		zeros = zeros[:min(n, int64(len(zeros)))]
		if _, err := file.WriteAt(zeros, off); err != nil {
			return err
		}
		off += int64(len(zeros))
	}
	return nil
}

// retry repeats a system call that signals interrupt.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

func openat(path string, flags int, perm uint32) (fd int, err error) {
	err = retry(func() error {
		fd, err = unix.Open(path, flags, perm)
		return err
	})
	return fd, err
}
