package lease

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"

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
	file, err := t.segment.Reopen()
	if err != nil {
		return nil, err
	}
	lock := byteLock(off, unix.F_WRLCK)
	err = unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, &lock)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return nil, errors.Join(ErrHeld, file.Close())
	}
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("lock", err), file.Close())
	}
	return &fileLease{file: file, off: off}, nil
}

func (t *fileTable) Held(off int64) (bool, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.prober == nil {
		return false, fs.ErrClosed
	}
	lock := byteLock(off, unix.F_WRLCK)
	if err := unix.FcntlFlock(t.prober.Fd(), unix.F_OFD_GETLK, &lock); err != nil {
		return false, os.NewSyscallError("probe lock", err)
	}
	return lock.Type != unix.F_UNLCK, nil
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
	lock := byteLock(l.off, unix.F_UNLCK)
	err := unix.FcntlFlock(l.file.Fd(), unix.F_OFD_SETLK, &lock)
	err = errors.Join(err, l.file.Close())
	l.file = nil
	return err
}

func byteLock(off int64, kind int16) unix.Flock_t {
	return unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: 1}
}
