package ring

import (
	"errors"
	"fmt"
)

// What a call of an engine can end with, beside success.
var (
	// ErrFull: there is no space now.
	ErrFull = errors.New("shmring: ring is full")
	// ErrEmpty: there is no record now.
	ErrEmpty = errors.New("shmring: ring is empty")
	// ErrAllLent: nothing can arrive before the user gives something back.
	ErrAllLent = fmt.Errorf("%w with lent records: call Release", ErrFull)
)

// Violation is a word in shared memory that no correct peer writes.
type Violation struct {
	Position uint64 // of the ring, in bytes since the segment was made
	Word     uint64 // as it was read
	Reason   string
	Err      error // detail, or nil
}

func (v *Violation) Error() string {
	return fmt.Sprintf("position %d, word %#016x: %s", v.Position, v.Word, v.Reason)
}

// DiedError is the end of a stream whose producers did not all close.
type DiedError struct {
	PID  int
	Slot int
	More int // further ones that died since the last report
}

func (e *DiedError) Error() string { return fmt.Sprintf("producer process %d died", e.PID) }

// HeldError is a slot that cannot be taken: a living process holds it, or, with Err, something else is in the way.
type HeldError struct {
	PID int
	Err error // nil, or lease.ErrObstructed
}

func (e *HeldError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("held by process %d", e.PID)
}

// Unwrap returns what is in the way.
func (e *HeldError) Unwrap() error { return e.Err }

// ErrNoSlot: all producers' slots are taken.
var ErrNoSlot = errors.New("all slots are taken")

// LeaseError is a failure of the system that the leases are kept by.
type LeaseError struct {
	Op  string // "probe lease", "attach producer", "attach consumer"
	Err error
}

func (e *LeaseError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the system's error.
func (e *LeaseError) Unwrap() error { return e.Err }
