//go:build unix && !solaris && !illumos && !aix

package sock

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Lock is a file that its holder keeps locked. The kernel unlocks it when the holder is gone, however it
// went.
type Lock struct {
	path string
	file *os.File
}

// Held takes a lock for a moment to find out; NewLock tries again for as long, all told, as that takes many times.
const (
	lockTries = 10
	lockPause = time.Millisecond
)

// NewLock locks the file path, and makes it with exactly the given permissions, whatever the umask, where there is none.
// ErrLocked if anybody, this process included, has it.
func NewLock(path string, mode fs.FileMode) (*Lock, error) {
	for tries := 1; ; {
		file, err := openLock(path, mode)
		if err != nil {
			return nil, err
		}
		if err := tryLock(file); err != nil {
			err = errors.Join(err, file.Close())
			if tries++; tries > lockTries || !errors.Is(err, ErrLocked) {
				return nil, err
			}
			time.Sleep(lockPause)
			continue
		}
		// The last holder may have removed the file between our open and our lock.
		same, err := leadsTo(path, file)
		if same {
			return &Lock{path, file}, nil
		}
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
}

// openLock opens the file, or makes it. It asks for one that exists without O_CREATE: in folders that others may write
// to, Linux refuses that for files of theirs (fs.protected_regular).
func openLock(path string, mode fs.FileMode) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
		file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, mode.Perm())
		if errors.Is(err, fs.ErrExist) {
			continue // somebody was quicker
		}
		if err != nil {
			return nil, err
		}
		if err := file.Chmod(mode.Perm()); err != nil {
			return nil, errors.Join(err, os.Remove(path), file.Close())
		}
		return file, nil
	}
}

func tryLock(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return os.NewSyscallError("flock", err)
}

// Held reports whether anybody, this process included, has the lock on the file path, which must exist.
func Held(path string) (bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer file.Close()
	if err = tryLock(file); errors.Is(err, ErrLocked) {
		return true, nil
	}
	return false, err
}

func leadsTo(path string, file *os.File) (bool, error) {
	mine, err := file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(mine, there), err
}

// Unlock unlocks the file and leaves it there.
func (l *Lock) Unlock() error { return l.file.Close() }

// Release removes the file, unless another one lies there by now, then unlocks it.
func (l *Lock) Release() error {
	same, err := leadsTo(l.path, l.file)
	if same {
		err = os.Remove(l.path)
	}
	return errors.Join(err, l.file.Close())
}
