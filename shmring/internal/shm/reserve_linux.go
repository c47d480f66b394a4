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
		if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
			return &NoSpaceError{Path: path, Need: size, Free: free(file), Err: err}
		}
		if err != nil {
			return &fs.PathError{Op: "reserve", Path: path, Err: err}
		}
	}
	return nil
}

// free empties file and returns the bytes its file system then has left, or -1.
func free(file *os.File) int64 {
	var st unix.Statfs_t
	if file.Truncate(0) != nil || unix.Fstatfs(int(file.Fd()), &st) != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize)
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
