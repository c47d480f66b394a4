//go:build !linux

package shm

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"syscall"
)

// DefaultDir returns the directory that holds segments unless the user names one.
func DefaultDir() string { return filepath.Join(os.TempDir(), "shmring") }

// Create makes the file path with size bytes (1 to the largest int), all zero, calls
// init on the mapped memory and only then gives the file its name; it returns the
// mapping. An error, init's included, leaves nothing behind; a creator that is killed
// leaves a file for which IsTemp holds.
//
// Errors: fs.ErrExist if the name is taken, fs.ErrNotExist naming the directory if
// that is missing, *NoSpaceError, *SizeError, fs.ErrPermission.
func Create(path string, size int64, perm fs.FileMode, init func(mem []byte) error) (*Mapping, error) {
	if size <= 0 || size > math.MaxInt {
		return nil, &SizeError{Path: path, Size: size, Max: math.MaxInt}
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if path == filepath.Join(DefaultDir(), filepath.Base(path)) {
		if err := os.MkdirAll(DefaultDir(), 0o777); err != nil {
			return nil, err
		}
	}
	if err := makeNamed(path, size, perm, init); errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return nil, &NoSpaceError{Path: path, Need: size, Free: -1, FreeFiles: -1, Err: err}
	} else if err != nil {
		return nil, err
	}
	return Open(path, OpenFlags{})
}

// makeNamed makes the file under a temporary name and links it to path, or leaves nothing.
func makeNamed(path string, size int64, perm fs.FileMode, init func([]byte) error) (err error) {
	temp, lock, err := newTemp(path)
	if err != nil {
		return err
	}
	// The lock goes first: some systems cannot remove an open file.
	defer func() { err = errors.Join(err, lock.Close(), os.Remove(temp)) }()
	if err := fill(temp, size, perm, init); err != nil {
		return err
	}
	return os.Link(temp, path)
}

// newTemp makes a file under a temporary name, and locks the name, so that nobody takes it for what a killed creator left.
func newTemp(path string) (temp string, lock *os.File, err error) {
	for {
		temp = tempName(path)
		lock, err = os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return "", nil, &fs.PathError{Op: "open directory", Path: filepath.Dir(temp), Err: err}
		}
		ours, err := lockNew(temp, lock)
		switch {
		case ours, errors.Is(err, errors.ErrUnsupported):
			return temp, lock, nil
		case err != nil:
			return "", nil, errors.Join(err, lock.Close(), os.Remove(temp))
		}
		if err := lock.Close(); err != nil {
			return "", nil, err
		}
	}
}

// fill gives the file temp its memory, its rights and its content.
func fill(temp string, size int64, perm fs.FileMode, init func([]byte) error) error {
	file, err := os.OpenFile(temp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Chmod(perm.Perm()), writeZeros(file, size)); err != nil {
		return errors.Join(err, file.Close())
	}
	m, err := newMapping(file, temp, false)
	if err != nil {
		return err
	}
	err = init(m.Data)
	if err == nil {
		err = m.base.Flush()
	}
	return errors.Join(err, m.Unmap())
}

// writeZeros reserves size bytes: there is no portable fallocate.
func writeZeros(file *os.File, size int64) error {
	zeros := make([]byte, min(size, 1<<20))
	for off := int64(0); off < size; off += int64(len(zeros)) {
		if _, err := file.WriteAt(zeros[:min(int64(len(zeros)), size-off)], off); err != nil {
			return err
		}
	}
	return nil
}

// Open maps the whole of the regular file path. An empty file is no error: Data is
// then nil.
//
// Errors: fs.ErrNotExist, *SymlinkError, *NotRegularError, *OwnerError unless flags
// allow it (or the system has no such owners), fs.ErrPermission, *SizeError.
func Open(path string, flags OpenFlags) (*Mapping, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, &SymlinkError{Path: path}
	}
	if err := checkInfo(info, path, flags); err != nil {
		return nil, err
	}
	file, err := openSame(path, info, access(flags.ReadOnly))
	if err != nil {
		return nil, err
	}
	return newMapping(file, path, flags.ReadOnly)
}

// openSame opens path and makes sure that it is still the file info tells of.
func openSame(path string, info fs.FileInfo, mode int) (*os.File, error) {
	file, err := os.OpenFile(path, mode, 0)
	if err != nil {
		return nil, err
	}
	now, err := file.Stat()
	if err == nil && !os.SameFile(info, now) {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func access(readOnly bool) int {
	if readOnly {
		return os.O_RDONLY
	}
	return os.O_RDWR
}

// Memfd is not available on this system: errors.ErrUnsupported.
func Memfd(string, int64, func(mem []byte) error) (*Mapping, error) {
	return nil, errors.ErrUnsupported
}

// FromFile is not available on this system: errors.ErrUnsupported.
func FromFile(*os.File, OpenFlags) (*Mapping, error) { return nil, errors.ErrUnsupported }

// reopenMapped opens the file of a mapping anew by its name, as long as that still leads to it.
func reopenMapped(m *Mapping, mode int) (*os.File, error) { return openSame(m.path, m.info, mode) }

// isSealed reports whether file can neither shrink nor grow: never on this system.
func isSealed(*os.File) bool { return false }
