package shm

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Prefault makes every page present and, unless the mapping is read-only, writable
// for this process, so that the first lap does not pay for page faults. No byte changes.
func (m *Mapping) Prefault() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fs.ErrClosed
	}
	if len(m.base) == 0 {
		return nil
	}
	how := unix.MADV_POPULATE_WRITE
	if m.readOnly {
		how = unix.MADV_POPULATE_READ
	}
	err := retry(func() error { return unix.Madvise(m.base, how) })
	if errors.Is(err, unix.EINVAL) { // before Linux 5.14
		m.touchAll()
		return nil
	}
	return m.adviceError("prefault", err)
}

// touchAll is Prefault by hand. Heap memory is left alone: the race detector would
// take the touch for a write, and only mapped pages are worth it.
func (m *Mapping) touchAll() {
	if m.file == nil || m.readOnly {
		return
	}
	for off := 0; off+4 <= len(m.base); off += os.Getpagesize() {
		touch(m.base, off)
	}
}

// HugePages asks the kernel for huge pages. An error says that it refused; success
// is no promise: for memory file systems the administrator decides (the mount option
// huge= and /sys/kernel/mm/transparent_hugepage/shmem_enabled).
func (m *Mapping) HugePages() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fs.ErrClosed
	}
	if len(m.base) == 0 {
		return nil
	}
	return m.adviceError("huge pages", retry(func() error { return unix.Madvise(m.base, unix.MADV_HUGEPAGE) }))
}

func (m *Mapping) adviceError(op string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: m.path, Err: err}
}
