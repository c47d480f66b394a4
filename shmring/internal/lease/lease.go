package lease

import "errors"

// ErrHeld says that somebody holds the lease already.
var ErrHeld = errors.New("lease: held by another")

// Table is the leases of one segment. It is safe for concurrent use.
type Table interface {
	// Acquire takes the lease at byte off (0 or more) without waiting: ErrHeld if
	// anybody has it, this process included; the system's error if it does not lock.
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
