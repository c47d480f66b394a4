//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmring/ipc/shmring/internal/shm"
)

// A prober holds a shared lock for a moment. Acquire outlasts it by trying this often,
// this far apart.
const (
	attempts = 5
	pause    = time.Millisecond
)

// openLock makes the lock file of the byte at off. flock(2) locks whole files only, so
// every byte has one. It is never removed: whoever has it open holds to its inode.
func openLock(m *shm.Mapping, off int64) (*os.File, error) {
	return os.OpenFile(lockPath(m, off), os.O_RDWR|os.O_CREATE, 0o666)
}

// lockPath is ".<base>.<inode>.lease.<offset>" beside the segment. The inode keeps a
// removed segment's leases apart from those of its successor by name.
func lockPath(m *shm.Mapping, off int64) string {
	dir, base := filepath.Split(m.File().Name())
	_, ino := m.ID()
	return filepath.Join(dir, fmt.Sprintf(".%s.%d.lease.%d", base, ino, off))
}

// lock takes the lock file for the description behind file, or says ErrHeld.
func lock(file *os.File, _ int64) error {
	for range attempts {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return os.NewSyscallError("flock", err)
		}
		time.Sleep(pause)
	}
	return ErrHeld
}

func unlock(file *os.File, _ int64) error {
	return os.NewSyscallError("flock", unix.Flock(int(file.Fd()), unix.LOCK_UN))
}

// probe tries to share the lock file; only a lease is in the way of that.
func probe(m *shm.Mapping, _ *os.File, off int64) (held bool, err error) {
	file, err := os.Open(lockPath(m, off))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, os.NewSyscallError("flock", err)
}
