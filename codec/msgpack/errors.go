package msgpack

import (
	"errors"
	"fmt"
)

// The reasons for which a source or a value is refused. All but ErrValue arrive inside an [Error].
var (
	// ErrTruncated means that a length or count promises more than the source holds.
	ErrTruncated = errors.New("codec/msgpack: truncated")
	// ErrTrailing means that bytes follow the value.
	ErrTrailing = errors.New("codec/msgpack: bytes after the value")
	// ErrDepth means that values nest deeper than [MaxDepth] allows, or that a Go value contains itself.
	ErrDepth = errors.New("codec/msgpack: nested too deep")
	// ErrCode means that a byte which should begin a value is not a code of MessagePack.
	ErrCode = errors.New("codec/msgpack: unknown code")
	// ErrExtension means an extension other than a valid timestamp, the only one that is read.
	ErrExtension = errors.New("codec/msgpack: unsupported extension")
	// ErrTooLarge means a source that could take more than [MaxMemory] to decode.
	ErrTooLarge = errors.New("codec/msgpack: too large")
	// ErrValue means that a well-formed value does not fit the Go type it is decoded into, or that a
	// Go value or type has no MessagePack form.
	ErrValue = errors.New("codec/msgpack: value does not fit")
)

// Error reports which bound was broken and where. It unwraps to one of the sentinels.
type Error struct {
	Err    error  // any of the sentinels but ErrValue
	Offset int    // of the offending code in the source, in bytes; -1 when encoding
	Got    uint64 // what was found: bytes or elements needed, bytes too many, levels, the code, or the extension's type
	Limit  uint64 // what was allowed: bytes left, 0, levels, bytes of memory, or the type; unused for ErrCode
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Offset >= 0 {
		text += fmt.Sprintf(" at byte %d", e.Offset)
	}
	switch e.Err {
	case ErrTruncated:
		return fmt.Sprintf("%s: needs %d bytes or more, %d left", text, e.Got, e.Limit)
	case ErrTrailing:
		return fmt.Sprintf("%s: %d bytes", text, e.Got)
	case ErrDepth:
		return fmt.Sprintf("%s: %d levels, at most %d", text, e.Got, e.Limit)
	case ErrCode:
		return fmt.Sprintf("%s: 0x%02x", text, e.Got)
	case ErrExtension:
		return fmt.Sprintf("%s: type %d, want a timestamp of type %d", text, int8(e.Got), int8(e.Limit))
	case ErrTooLarge:
		return fmt.Sprintf("%s: needs %d bytes of memory or more, at most %d", text, e.Got, e.Limit)
	}
	return fmt.Sprintf("%s: got %d, limit %d", text, e.Got, e.Limit)
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }
