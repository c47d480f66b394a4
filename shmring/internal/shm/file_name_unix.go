//go:build unix

package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// CanRemoveOpen reports whether the system removes the names of files that are open.
const CanRemoveOpen = true

// openToRemove opens the file path so that its name can be locked: nil if it is no file, or one that we may not write.
func openToRemove(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, pathError("remove", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil
	}
	file, err := openNoFollow(path, os.O_RDWR)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) || errors.Is(err, unix.ETXTBSY) {
		return nil, nil // the directory's rights decide
	} else if err != nil {
		return nil, pathError("remove", path, err)
	}
	return file, nil
}

func openNoFollow(path string, mode int) (*os.File, error) {
	return os.OpenFile(path, mode|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0) // O_NONBLOCK: do not wait for a pipe's other end
}

func unlink(path string) error {
	if err := unix.Unlink(path); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return nil
}

// pathError gives a system's error the operation that it was part of.
func pathError(op, path string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// syncDir makes the name path last: it writes the directory that holds it to disk.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
