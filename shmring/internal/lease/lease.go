package lease

import (
	"errors"
	"fmt"
	"io/fs"
)

var (
	// ErrHeld reports that somebody, perhaps this process, holds the lease.
	ErrHeld = errors.New("lease: held by another")

	// ErrObstructed reports that nobody holds the lease and that it cannot be acquired: a process that may only read the
	// file has a shared lock on its byte.
	ErrObstructed = errors.New("lease: a process that only reads the file has a lock on it")

	// ErrRemoving reports that another process is removing the file, or is deciding whether to.
	ErrRemoving = errors.New("lease: another process is removing the file, or is deciding whether to")

	// ErrRemoved reports that the file's name was removed or leads to another file. A lease on the file would be
	// worthless: nobody who comes later finds it.
	ErrRemoved = fmt.Errorf("the segment was removed: %w", fs.ErrNotExist)
)

// Table is the leases of one segment. It is safe for concurrent use.
type Table interface {
	// Acquire takes the lease at byte off (0 or more). It waits only for a process that decides whether to remove the
	// file (AcquireAll), at most a second. Errors: ErrHeld, ErrObstructed, ErrRemoving, ErrRemoved, and the system's if
	// it does not lock.
	Acquire(off int64) (Lease, error)

	// Held reports whether anybody holds the lease at byte off, this process
	// included. The answer may be old by the time it is read, in one direction only
	// for a slot that nobody acquires: a dead holder never comes back.
	Held(off int64) (bool, error)

	// Close gives up the table's means of probing. Leases that were acquired stay.
	// Afterwards both calls above report fs.ErrClosed. Closing twice is no error.
	Close() error
}

// Lease is a byte that belongs to its holder until Release or death.
type Lease interface {
	// Release gives the lease up. The second call does nothing.
	Release() error
}
