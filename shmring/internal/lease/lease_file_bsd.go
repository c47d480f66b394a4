//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shmring/ipc/shmring/internal/filelock"
	"github.com/shmring/ipc/shmring/internal/shm"
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

// probe reports whether the byte at off is leased.
func probe(m *shm.Mapping, _ *os.File, off int64) (held bool, err error) {
	file, err := os.Open(lockPath(m, off))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	conflict, err := filelock.Query(file, off)
	return conflict == filelock.WriteByte, err
}

// AcquireAll takes the leases at all offsets and the lock on the file's name (shm.NameByte), or none of them. As long
// as it holds them nobody acquires a lease or removes the name. Keep it short.
//
// Errors: ErrHeld if any lease is held, ErrRemoving if the name's lock is, ErrObstructed, ErrRemoved.
func AcquireAll(m *shm.Mapping, offsets []int64) (_ Lease, err error) {
	var all allLeases
	defer func() {
		if err != nil {
			err = errors.Join(err, all.Release())
		}
	}()
	name, err := m.Reopen()
	if err != nil {
		return nil, err
	}
	all = append(all, &fileLease{file: name})
	if err := filelock.Lock(name, shm.NameByte, 1); errors.Is(err, filelock.ErrLocked) {
		return nil, ErrRemoving
	} else if err != nil {
		return nil, err
	}
	for _, off := range offsets {
		file, err := openLock(m, off)
		if err != nil {
			return nil, err
		}
		all = append(all, &fileLease{file: file})
		if err := lock(file, off); err != nil {
			return nil, err
		}
	}
	if err := checkName(m); err != nil {
		return nil, err
	}
	return all, nil
}

// allLeases are leases that are released together.
type allLeases []*fileLease

func (all allLeases) Release() (err error) {
	for _, l := range all {
		err = errors.Join(err, l.Release())
	}
	return err
}
