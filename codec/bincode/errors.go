package bincode

import "github.com/shmring/ipc/codec/bincode/wire"

// Error is what every function of this package returns on failure: where, what was got, what was allowed.
type Error = wire.Error

// Class is the kind of a fault. Every class is an error for errors.Is.
type Class = wire.Class

// The classes of errors; package wire describes each.
const (
	ErrEOF            = wire.ErrEOF
	ErrBool           = wire.ErrBool
	ErrOptionTag      = wire.ErrOptionTag
	ErrEnumTag        = wire.ErrEnumTag
	ErrUTF8           = wire.ErrUTF8
	ErrChar           = wire.ErrChar
	ErrIntRange       = wire.ErrIntRange
	ErrVarintReserved = wire.ErrVarintReserved
	ErrLimit          = wire.ErrLimit
	ErrTrailing       = wire.ErrTrailing
	ErrNonZero        = wire.ErrNonZero
	ErrDuration       = wire.ErrDuration
	ErrDepth          = wire.ErrDepth
	ErrType           = wire.ErrType
	ErrValue          = wire.ErrValue
	ErrInvalid        = wire.ErrInvalid
	ErrHook           = wire.ErrHook
	ErrTooFewParts    = wire.ErrTooFewParts
	ErrTooManyParts   = wire.ErrTooManyParts
)
