//go:build linux || windows

package lease

import (
	"errors"
	"os"
	"slices"

	"github.com/shmring/ipc/shmring/internal/filelock"
	"github.com/shmring/ipc/shmring/internal/shm"
)

// openLock opens the description that will hold the lock at off.
func openLock(m *shm.Mapping, _ int64) (*os.File, error) { return m.Reopen() }

// probe reports whether the byte at off is leased. A lock on a range is that of AcquireAll, whose holder owns no slot.
func probe(_ *shm.Mapping, prober *os.File, off int64) (held bool, err error) {
	conflict, err := filelock.Query(prober, off)
	return conflict == filelock.WriteByte, err
}

// AcquireAll takes the leases at all offsets and the lock on the file's name (shm.NameByte), or none of them. As long
// as it holds them nobody acquires a lease or removes the name; those who try wait. Keep it short.
//
// Errors: ErrHeld if any lease is held, ErrRemoving if the name's lock is, ErrObstructed, ErrRemoved.
func AcquireAll(m *shm.Mapping, offsets []int64) (Lease, error) {
	file, err := m.Reopen()
	if err != nil {
		return nil, err
	}
	size := slices.Max(offsets) + 1 // from the name's byte, which is the first
	err = filelock.Lock(file, shm.NameByte, size)
	if errors.Is(err, filelock.ErrLocked) {
		err = conflict(file, offsets)
	} else if err == nil {
		err = checkName(m)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return keep(&fileLease{file: file, off: shm.NameByte, size: size}), nil
}

// conflict says what keeps AcquireAll from the leases.
func conflict(file *os.File, offsets []int64) error {
	shared := false
	for _, off := range offsets {
		c, err := filelock.Query(file, off)
		if err != nil {
			return err
		}
		if c == filelock.WriteByte {
			return ErrHeld
		}
		shared = shared || c == filelock.Shared
	}
	if c, err := filelock.Query(file, shm.NameByte); err != nil {
		return err
	} else if shared || c == filelock.Shared {
		return ErrObstructed
	}
	return ErrRemoving // or it was, until a moment ago
}
