//go:build !linux

package shm

import (
	"errors"
	"io/fs"
	"os"
)

// Prefault makes every page present and, unless the mapping is read-only, writable
// for this process. No byte changes.
func (m *Mapping) Prefault() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fs.ErrClosed
	}
	if m.file == nil || m.readOnly {
		return nil
	}
	for off := 0; off+4 <= len(m.base); off += os.Getpagesize() {
		touch(m.base, off)
	}
	return nil
}

// HugePages is not available on this system: errors.ErrUnsupported.
func (m *Mapping) HugePages() error { return errors.ErrUnsupported }
