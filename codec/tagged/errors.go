package tagged

import "errors"

// The reasons for which a value is refused. They arrive inside an [Error].
var (
	// ErrTruncated means that the source ends before its value does, or cannot hold what a size promises.
	ErrTruncated = errors.New("codec/tagged: truncated")
	// ErrTrailing means that bytes follow the value.
	ErrTrailing = errors.New("codec/tagged: bytes after the value")
	// ErrCode means that a byte is not a code, or not one that can stand in its place.
	ErrCode = errors.New("codec/tagged: unexpected code")
	// ErrSize means an impossible size: negative, rows without keys, a message of another size than
	// its header says, or an array of another length than its Go type has.
	ErrSize = errors.New("codec/tagged: wrong size")
	// ErrDepth means that values nest deeper than [MaxDepth], or that a Go value contains itself.
	ErrDepth = errors.New("codec/tagged: nested too deep")
	// ErrTooLarge means more than [MaxMemory] to decode or more than [MaxMessage] in a stream.
	ErrTooLarge = errors.New("codec/tagged: too large")
	// ErrType means a value of another kind than the Go type can take.
	ErrType = errors.New("codec/tagged: value of another type")
	// ErrRange means a number, date or offset outside the range of its type.
	ErrRange = errors.New("codec/tagged: out of range")
	// ErrDuplicate means that an object, template, map or set has the same key twice: two with one encoding, as
	// int8(1) and int64(1) in a map[any]T.
	ErrDuplicate = errors.New("codec/tagged: duplicate key")
	// ErrUTF8 means that a string or key is not UTF-8. Use []byte for what is not text.
	ErrUTF8 = errors.New("codec/tagged: not UTF-8")
	// ErrUnsupported means a Go type that has no form, such as a channel.
	ErrUnsupported = errors.New("codec/tagged: unsupported type")
	// ErrVersion means that a stream begins with the header of another version.
	ErrVersion = errors.New("codec/tagged: version")
	// ErrNoHeader means that a stream does not begin with a header.
	ErrNoHeader = errors.New("codec/tagged: no stream header")
)
