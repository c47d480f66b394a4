package zstd

import (
	"errors"
	"fmt"
)

var (
	// ErrTooLarge means that a value is, or claims to be, longer than [MaxSize] when unpacked. It
	// arrives inside a [SizeError].
	ErrTooLarge = errors.New("codec/zstd: too large")
	// ErrCorrupt means that a source is not a record of this package: empty, with an unknown first byte,
	// or with a frame that is damaged, cut short, followed by something, or lacks its content size.
	ErrCorrupt = errors.New("codec/zstd: corrupt")
)

// SizeError reports how long a value is when unpacked and how long it may be, both in bytes.
// It unwraps to [ErrTooLarge].
type SizeError struct{ Size, Limit uint64 }

func (e *SizeError) Error() string {
	return fmt.Sprintf("%v: %d bytes unpacked, at most %d", ErrTooLarge, e.Size, e.Limit)
}

// Unwrap returns ErrTooLarge.
func (e *SizeError) Unwrap() error { return ErrTooLarge }
