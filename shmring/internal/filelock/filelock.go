package filelock

import "errors"

// ErrLocked reports that somebody, perhaps this process, holds a lock on part of the range.
var ErrLocked = errors.New("filelock: locked by another")

// Conflict is what would keep Lock from a byte.
type Conflict int

// The conflicts that Query reports. Systems that cannot tell report WriteByte for every write lock and None for shared
// ones.
const (
	None       Conflict = iota // nothing
	WriteByte                  // a write lock on this byte and no other
	WriteRange                 // a write lock on several bytes, this one among them
	Shared                     // a lock of somebody who may only read the file, or acts so
)
