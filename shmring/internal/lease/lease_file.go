//go:build linux || windows || darwin || dragonfly || freebsd || netbsd || openbsd

package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/shmring/ipc/shmring/internal/filelock"
	"github.com/shmring/ipc/shmring/internal/shm"
)

// Files returns the leases on the bytes of a mapped file. m must stay mapped for as
// long as the table acquires. A read-only mapping's table can always probe.
// A mapping without a file gives errors.ErrUnsupported.
func Files(m *shm.Mapping) (Table, error) {
	prober, err := m.ReopenReadOnly()
	if err != nil {
		return nil, err
	}
	return &fileTable{segment: m, prober: prober}, nil
}

type fileTable struct {
	segment *shm.Mapping

	mu     sync.RWMutex // keeps Close from taking the descriptor from under Held
	prober *os.File     // nil after Close; never locks, and could not: it is read-only
}

func (t *fileTable) Acquire(off int64) (Lease, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.prober == nil {
		return nil, fs.ErrClosed
	}
	if err := checkOffset(off); err != nil {
		return nil, err
	}
	file, err := openLock(t.segment, off)
	if err != nil {
		return nil, err
	}
	err = lock(file, off)
	if err == nil {
		err = checkName(t.segment) // only now: a remover cannot be at work any more
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return keep(&fileLease{file: file, off: off, size: 1}), nil
}

// patience bounds the wait for a process that decides whether to remove the file: it may have been stopped.
const (
	patience = time.Second
	pause    = time.Millisecond
)

// lock locks the byte at off, or returns why it cannot.
func lock(file *os.File, off int64) error {
	for start := time.Now(); ; time.Sleep(pause) {
		err := filelock.Lock(file, off, 1)
		if !errors.Is(err, filelock.ErrLocked) {
			return err
		}
		conflict, err := filelock.Query(file, off)
		switch {
		case err != nil:
			return err
		case conflict == filelock.WriteByte:
			return ErrHeld
		case conflict == filelock.Shared:
			return ErrObstructed
		case time.Since(start) < patience: // a remover, or nobody any more
		case conflict == filelock.WriteRange:
			return ErrRemoving
		default: // some systems show nobody who holds a shared lock
			return ErrObstructed
		}
	}
}

// checkName makes sure that those who come later find the file under the name that it was mapped under.
func checkName(m *shm.Mapping) error {
	named, err := m.Named()
	if err == nil && !named {
		err = ErrRemoved
	}
	return err
}

func (t *fileTable) Held(off int64) (bool, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.prober == nil {
		return false, fs.ErrClosed
	}
	if err := checkOffset(off); err != nil {
		return false, err
	}
	return probe(t.segment, t.prober, off)
}

func (t *fileTable) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.prober == nil {
		return nil
	}
	err := t.prober.Close()
	t.prober = nil
	return err
}

// fileLease is size bytes at off that are locked through file.
type fileLease struct {
	mu        sync.Mutex
	file      *os.File // nil after Release
	off, size int64
}

// Release unlocks before it closes: a process being started at this moment may still
// have a copy of the descriptor, which would keep the lock until its exec.
func (l *fileLease) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(filelock.Unlock(l.file, l.off, l.size), l.file.Close())
	l.file = nil
	kept.Delete(l)
	return err
}

// kept holds every lease between Acquire and Release. The garbage collector closes files that nobody refers to: a
// holder that forgets its lease while it still uses the memory would be taken for dead.
var kept sync.Map

func keep(l *fileLease) *fileLease {
	kept.Store(l, nil)
	return l
}

func checkOffset(off int64) error {
	if off < 0 {
		return fmt.Errorf("lease: offset %d, want 0 or more: %w", off, fs.ErrInvalid)
	}
	return nil
}
