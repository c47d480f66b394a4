//go:build linux || windows || darwin || dragonfly || freebsd || netbsd || openbsd

package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

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
	if err := lock(file, off); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &fileLease{file: file, off: off}, nil
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

type fileLease struct {
	mu   sync.Mutex
	file *os.File // nil after Release
	off  int64
}

// Release unlocks before it closes: a process being started at this moment may still
// have a copy of the descriptor, which would keep the lock until its exec.
func (l *fileLease) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(unlock(l.file, l.off), l.file.Close())
	l.file = nil
	return err
}

func checkOffset(off int64) error {
	if off < 0 {
		return fmt.Errorf("lease: offset %d, want 0 or more: %w", off, fs.ErrInvalid)
	}
	return nil
}
