package shm

import (
	"errors"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Open maps the whole of the regular file path. An empty file is no error: Data is
// then nil.
//
// Errors: fs.ErrNotExist; *SymlinkError; *NotRegularError; *OwnerError unless flags
// allow it; fs.ErrPermission if the file's rights refuse us; *SizeError if the file
// is larger than the address space.
func Open(path string, flags OpenFlags) (*Mapping, error) {
	// O_NONBLOCK: opening a named pipe must not wait for its other end.
	fd, err := openat(path, access(flags.ReadOnly)|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, openError(path, err)
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "open", Path: path, Err: err}, unix.Close(fd))
	}
	return mapChecked(os.NewFile(uintptr(fd), path), path, flags)
}

// FromFile maps the file behind f, usually the memfd that a peer passed over a
// socket, through an open file description of its own; f stays the caller's and may
// be closed at once. Errors are those of Open, and *SealError.
func FromFile(f *os.File, flags OpenFlags) (*Mapping, error) {
	own, err := reopenFile(f, f.Name(), access(flags.ReadOnly))
	if err != nil {
		return nil, err
	}
	return mapChecked(own, "", flags)
}

// reopenMapped opens the file of a mapping anew.
func reopenMapped(m *Mapping, mode int) (*os.File, error) { return reopenFile(m.file, m.path, mode) }

// reopenFile opens the file behind f anew: through /proc, or by the name path as long as
// that leads to the same file.
func reopenFile(f *os.File, path string, mode int) (own *os.File, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	ctlErr := conn.Control(func(old uintptr) {
		fd, err = openat(procPath(int(old)), mode|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if ctlErr != nil {
		return nil, ctlErr
	}
	if errors.Is(err, unix.ENOENT) && path != "" {
		fd, err = openat(path, mode|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "reopen", Path: f.Name(), Err: err}
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "reopen", Path: f.Name(), Err: err}, unix.Close(fd))
	}
	own = os.NewFile(uintptr(fd), f.Name())
	if err := sameFile(f, own); err != nil {
		return nil, errors.Join(err, own.Close())
	}
	return own, nil
}

func sameFile(a, b *os.File) error {
	x, err := a.Stat()
	if err != nil {
		return err
	}
	y, err := b.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(x, y) {
		return &fs.PathError{Op: "reopen", Path: a.Name(), Err: fs.ErrNotExist}
	}
	return nil
}

// mapChecked maps file if its kind, its owner and its seals are acceptable; else it closes it.
func mapChecked(file *os.File, path string, flags OpenFlags) (*Mapping, error) {
	info, err := file.Stat()
	if err == nil {
		err = checkInfo(info, file.Name(), flags)
	}
	if err == nil {
		err = checkOwner(file, info, file.Name(), flags)
	}
	if err == nil && flags.Sealed && !isSealed(file) {
		err = &SealError{Path: file.Name()}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return newMapping(file, path, flags.ReadOnly)
}

// openError turns the system's reason for not opening path into ours.
func openError(path string, err error) error {
	if info, statErr := os.Lstat(path); statErr == nil {
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			return &SymlinkError{Path: path}
		case !info.Mode().IsRegular():
			return &NotRegularError{Path: path, Mode: info.Mode()}
		}
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

func access(readOnly bool) int {
	if readOnly {
		return unix.O_RDONLY
	}
	return unix.O_RDWR
}

func procPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
