//go:build unix && !solaris && !illumos && !aix

package sock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Lock is a file that its holder keeps locked. The kernel unlocks it when the holder is gone, however it
// went.
type Lock struct {
	path string
	file *os.File
}

// NewLock makes the file path, mode 0600, where there is none, and locks it. ErrLocked if anybody, this
// process included, has it.
func NewLock(path string) (*Lock, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrLocked
		}
		if err != nil {
			return nil, errors.Join(err, file.Close())
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

// Release removes the file, then unlocks it.
func (l *Lock) Release() error { return errors.Join(os.Remove(l.path), l.file.Close()) }
