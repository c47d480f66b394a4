package shm

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// DefaultDir returns the directory that holds segments unless the user names one: a
// file system in memory.
func DefaultDir() string { return "/dev/shm" }

// Create makes the file path with size bytes (1 to the largest int), all reserved and
// zero, calls init on the mapped memory and only then gives the file its name; it
// returns the mapping. The file's rights are exactly perm, whatever the umask. An
// error, init's included, leaves nothing behind.
//
// Errors: fs.ErrExist if the name is taken, also by a process that was quicker;
// fs.ErrNotExist naming the directory if that is missing; *NoSpaceError;
// *SizeError; fs.ErrPermission.
func Create(path string, size int64, perm fs.FileMode, init func(mem []byte) error) (*Mapping, error) {
	return create(path, size, perm, init, newUnnamed)
}

// A draft is a file that has no name yet, or none that anybody looks for.
type draft struct {
	file *os.File
	link func(path string) error // gives the finished file its name
	drop func() error            // removes what would otherwise stay behind; nil if nothing would
}

// create is Create with the maker of the draft as a parameter, so that tests can
// refuse unnamed files as some file systems do.
func create(path string, size int64, perm fs.FileMode, init func([]byte) error, newDraft func(string) (*draft, error)) (m *Mapping, err error) {
	if size <= 0 || size > math.MaxInt {
		return nil, &SizeError{Path: path, Size: size, Max: math.MaxInt}
	}
	// Only a courtesy: an existing file is reported as such even when there is no
	// room for another. The link below is what decides.
	if _, err := os.Lstat(path); err == nil {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	d, err := newDraft(path)
	if errors.Is(err, errNoUnnamed) {
		d, err = newNamed(path)
	}
	if err != nil {
		return nil, err
	}
	if d.drop != nil {
		defer func() { err = errors.Join(err, d.drop()) }()
	}
	if err := finish(d.file, path, size, perm); err != nil {
		return nil, errors.Join(err, d.file.Close())
	}
	m, err = newMapping(d.file, path, false)
	if err != nil {
		return nil, err
	}
	linked := false
	defer func() { // also when init panics
		if !linked {
			err = errors.Join(err, m.Unmap())
			m = nil
		}
	}()
	if err := init(m.Data); err != nil {
		return m, err
	}
	if err := d.link(path); err != nil {
		return m, &fs.PathError{Op: "create", Path: path, Err: err}
	}
	linked = true
	return m, nil
}

// finish gives the draft its rights and its memory.
func finish(file *os.File, path string, size int64, perm fs.FileMode) error {
	if err := unix.Fchmod(int(file.Fd()), uint32(perm.Perm())); err != nil {
		return &fs.PathError{Op: "chmod", Path: path, Err: err}
	}
	return reserve(file, path, size)
}

// errNoUnnamed says that the file system does not know O_TMPFILE.
var errNoUnnamed = errors.New("shm: no unnamed files here")

func newUnnamed(path string) (*draft, error) {
	dir := filepath.Dir(path)
	fd, err := openat(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL):
		return nil, errNoUnnamed
	case err != nil:
		return nil, &fs.PathError{Op: "create in", Path: dir, Err: err}
	}
	file := os.NewFile(uintptr(fd), path)
	return &draft{file: file, link: func(path string) error { return linkFile(file, path) }}, nil
}

// linkFile names an unnamed file, through /proc or, where that is not mounted,
// through the descriptor itself, which older kernels allow to the privileged only.
func linkFile(file *os.File, path string) error {
	fd := int(file.Fd())
	err := unix.Linkat(unix.AT_FDCWD, procPath(fd), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
	if errors.Is(err, unix.ENOENT) {
		err = unix.Linkat(fd, "", unix.AT_FDCWD, path, unix.AT_EMPTY_PATH)
	}
	return err
}

func newNamed(path string) (*draft, error) {
	temp := tempName(path)
	fd, err := openat(temp, unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, &fs.PathError{Op: "create in", Path: filepath.Dir(path), Err: err}
	}
	return &draft{
		file: os.NewFile(uintptr(fd), path),
		link: func(path string) error { return unix.Link(temp, path) },
		drop: func() error { return unix.Unlink(temp) },
	}, nil
}

// Remove takes the name path away. The file lives on for those who have it open. A
// symbolic link is removed, not what it points to; a directory is refused.
func Remove(path string) error {
	if err := unix.Unlink(path); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return nil
}
