package msgpack

import (
	"errors"
	"fmt"
)

// The ways in which a source can be refused. They arrive inside an [Error].
var (
	// ErrTruncated means that a length or count promises more than the source holds.
	ErrTruncated = errors.New("codec/msgpack: truncated")
	// ErrTrailing means that bytes follow the value.
	ErrTrailing = errors.New("codec/msgpack: bytes after the value")
	// ErrDepth means that values nest deeper than [MaxDepth] allows.
	ErrDepth = errors.New("codec/msgpack: nested too deep")
	// ErrCode means that a byte which should begin a value is no code of MessagePack.
	ErrCode = errors.New("codec/msgpack: unknown code")
	// ErrExtension means an extension that is no valid timestamp, the only one that is read.
	ErrExtension = errors.New("codec/msgpack: no timestamp extension")
	// ErrValue means that a well-formed value does not fit the Go type it is decoded into, or that a
	// Go value has no MessagePack form.
	ErrValue = errors.New("codec/msgpack: value does not fit")
)

// Error says where in a source which bound was broken. It unwraps to one of the sentinels.
type Error struct {
	Err    error  // one of ErrTruncated, ErrTrailing, ErrDepth, ErrCode, ErrExtension
	Offset int    // of the offending code in the source, in bytes
	Got    uint64 // what was found: bytes needed, bytes too many, levels, the code, or the extension's type
	Limit  uint64 // what was allowed: bytes left, 0, levels, or the type; unused for ErrCode
}

func (e *Error) Error() string {
	if errors.Is(e.Err, ErrCode) {
		return fmt.Sprintf("%v 0x%02x at byte %d", e.Err, e.Got, e.Offset)
	}
	return fmt.Sprintf("%v at byte %d: got %d, allowed %d", e.Err, e.Offset, e.Got, e.Limit)
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }
