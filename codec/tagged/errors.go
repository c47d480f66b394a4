package tagged

import (
	"errors"
	"fmt"
	"strings"
)

// The reasons for which a value is refused. They arrive inside an [Error].
var (
	// ErrTruncated means that the source ends before its value does, or cannot hold what a size promises.
	ErrTruncated = errors.New("codec/tagged: truncated")
	// ErrTrailing means that bytes follow the value.
	ErrTrailing = errors.New("codec/tagged: bytes after the value")
	// ErrCode means that a byte is no code, or none that may stand where it stands.
	ErrCode = errors.New("codec/tagged: unexpected code")
	// ErrSize means a size that cannot be: negative, rows without keys, a message of another size than
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
	// ErrDuplicate means that an object, template, map or set names the same key twice.
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

// Error says where something was refused and why. It unwraps to one of the sentinels.
type Error struct {
	Path   string // of the Go value, as in orders[3].price; empty for the whole value
	Offset int    // of the reader in the source, in bytes; -1 when encoding
	Err    error  // wraps a sentinel and names what was got and what was allowed
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprint(&b, e.Err)
	if e.Path != "" {
		b.WriteString(" at ")
		b.WriteString(e.Path)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, " (byte %d)", e.Offset)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// longestStep bounds, in bytes, what a key gives to a path: a peer that nests long keys would otherwise have them
// copied once for every level.
const longestStep = 64

// within puts a step before the path of an error that comes from inside a container. A step is
// "[3]", or the name of a field or key, cut short where it is long.
func within(err error, step string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	if len(step) > longestStep {
		step = strings.ToValidUTF8(step[:longestStep], "") + "…"
	}
	step = strings.Clone(step) // a key may be borrowed from the source
	if e.Path != "" && e.Path[0] != '[' {
		step += "."
	}
	e.Path = step + e.Path
	return e
}

// index is the path step of the i-th element.
func index(i int) string { return fmt.Sprintf("[%d]", i) }

// detail wraps a sentinel with what was got and what was allowed.
func detail(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{sentinel}, args...)...)
}
