package lease

import (
	"io/fs"
	"sync"
)

// LocalTable is a Table inside one process, for segments on the heap. All handles of
// a segment must share one.
type LocalTable struct {
	mu     sync.Mutex
	held   map[int64]*localLease
	closed bool
}

// Local returns an empty table.
func Local() *LocalTable { return &LocalTable{held: make(map[int64]*localLease)} }

// Acquire takes the lease at off: ErrHeld if it is taken, fs.ErrClosed after Close.
func (t *LocalTable) Acquire(off int64) (Lease, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, fs.ErrClosed
	}
	if t.held[off] != nil {
		return nil, ErrHeld
	}
	l := &localLease{table: t, off: off}
	t.held[off] = l
	return l, nil
}

// Held reports whether the lease at off is taken; fs.ErrClosed after Close.
func (t *LocalTable) Held(off int64) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false, fs.ErrClosed
	}
	return t.held[off] != nil, nil
}

// Kill frees the lease at off as its holder's death would: without the holder's
// doing, who can no longer release it. Tests play death with it.
func (t *LocalTable) Kill(off int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.held, off)
}

// Close ends the table's use. Leases that were acquired stay and can be released.
func (t *LocalTable) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return nil
}

type localLease struct {
	table *LocalTable
	off   int64
}

// Release frees the byte if it is still this lease's: a lease that was killed must
// not take its successor's away.
func (l *localLease) Release() error {
	l.table.mu.Lock()
	defer l.table.mu.Unlock()
	if l.table.held[l.off] == l {
		delete(l.table.held, l.off)
	}
	return nil
}
