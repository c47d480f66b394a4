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
// error, init's included, leaves nothing behind. init can be called a second time, on fresh memory.
//
// Errors: fs.ErrExist if the name is taken, also by a process that was quicker;
// fs.ErrNotExist naming the directory if that is missing; *NoSpaceError;
// *SizeError; fs.ErrPermission.
func Create(path string, size int64, perm fs.FileMode, init func(mem []byte) error) (*Mapping, error) {
	return create(path, size, perm, init, newUnnamedFile)
}

// A tempFile is a file that has no name yet, or none that anybody looks for.
type tempFile struct {
	file    *os.File
	publish func(path string) error // gives the finished file its name
	discard func() error            // removes what would otherwise stay behind; nil if nothing would
}

// create is Create with the maker of the temporary file as a parameter, so that tests can
// refuse unnamed files as some file systems do.
func create(path string, size int64, perm fs.FileMode, init func([]byte) error, newTemp func(string) (*tempFile, error)) (*Mapping, error) {
	if size <= 0 || size > math.MaxInt {
		return nil, &SizeError{Path: path, Size: size, Max: math.MaxInt}
	}
	// Only a courtesy: an existing file is reported as such even when there is no
	// room for another. Publishing is what decides.
	if _, err := os.Lstat(path); err == nil {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	m, err := createWith(path, size, perm, init, newTemp)
	if errors.Is(err, errNoUnnamed) {
		m, err = createWith(path, size, perm, init, newNamedFile)
	}
	return m, err
}

func createWith(path string, size int64, perm fs.FileMode, init func([]byte) error, newTemp func(string) (*tempFile, error)) (m *Mapping, err error) {
	dir := filepath.Dir(path)
	temp, err := newTemp(path)
	if err != nil {
		return nil, noSpace(path, size, err, dirSpace(dir))
	}
	if temp.discard != nil {
		defer func() { err = errors.Join(err, temp.discard()) }()
	}
	if err := prepare(temp.file, path, size, perm); err != nil {
		return nil, errors.Join(err, temp.file.Close())
	}
	m, err = newMapping(temp.file, path, false)
	if err != nil {
		return nil, err
	}
	published := false
	defer func() { // also when init panics
		if !published {
			err = errors.Join(err, m.Unmap())
			m = nil
		}
	}()
	if err := init(m.Data); err != nil {
		return m, err
	}
	if err := temp.publish(path); err != nil {
		return m, noSpace(path, size, &fs.PathError{Op: "create", Path: path, Err: err}, dirSpace(dir))
	}
	published = true
	return m, nil
}

// prepare gives the file its rights and its memory.
func prepare(file *os.File, path string, size int64, perm fs.FileMode) error {
	if err := unix.Fchmod(int(file.Fd()), uint32(perm.Perm())); err != nil {
		return noSpace(path, size, &fs.PathError{Op: "chmod", Path: path, Err: err}, fileSpace(file))
	}
	return reserve(file, path, size)
}

// errNoUnnamed reports that the file system does not know O_TMPFILE, or that the kernel does not let us name such a file.
var errNoUnnamed = errors.New("shm: no unnamed files here")

func newUnnamedFile(path string) (*tempFile, error) {
	dir := filepath.Dir(path)
	fd, err := openat(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL):
		return nil, errNoUnnamed
	case err != nil:
		return nil, &fs.PathError{Op: "open directory", Path: dir, Err: err}
	}
	file := os.NewFile(uintptr(fd), path)
	return &tempFile{file: file, publish: func(path string) error { return linkUnnamed(file, path) }}, nil
}

// linkUnnamed names an unnamed file: through /proc or, where that is not mounted, through the descriptor itself, which
// older kernels allow to the privileged only. errNoUnnamed where the kernel allows neither.
func linkUnnamed(file *os.File, path string) error {
	fd := int(file.Fd())
	err := unix.Linkat(unix.AT_FDCWD, procPath(fd), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
	if errors.Is(err, unix.ENOENT) {
		err = unix.Linkat(fd, "", unix.AT_FDCWD, path, unix.AT_EMPTY_PATH)
	}
	switch {
	case err == nil, errors.Is(err, unix.EEXIST), isNoSpace(err):
		return err
	}
	return errors.Join(errNoUnnamed, err) // a file that has a name fails for the same reason, if it is another
}

// newNamedFile makes a file under a temporary name. Its creator holds the lock on the name (NameByte) as long as it has
// one, so that nobody takes it for what a killed creator left.
func newNamedFile(path string) (*tempFile, error) {
	for {
		temp := tempName(path)
		fd, err := openat(temp, unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return nil, &fs.PathError{Op: "open directory", Path: filepath.Dir(path), Err: err}
		}
		file := os.NewFile(uintptr(fd), path)
		ours, err := lockNew(temp, file)
		if ours {
			return &tempFile{
				file:    file,
				publish: func(path string) error { return unix.Link(temp, path) },
				discard: func() error { return errors.Join(unix.Unlink(temp), unlockNew(file)) },
			}, nil
		}
		if err != nil {
			return nil, errors.Join(err, file.Close(), unix.Unlink(temp))
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}
