package shmring

import (
	"errors"
	"fmt"

	"github.com/shmring/ipc/codec"
)

// Values instead of bytes: a [Sender] encodes them straight into ring memory, a [Receiver] decodes them.
//
//	value ─ codec.Size ─▶ reserve ─ codec.Append ─▶ commit ═ ring ═▶ next ─ codec.Decode ─▶ value
//
// The record's Type says what a payload is, its Version which edition of that type wrote it. Editions of
// one type only ever append fields, so that every edition can read every other; what cannot be had by
// appending is another type. docs/guides/evolution.md has the rules.

// ErrMiscounted: a value's encoding did not fill the room that its codec had announced. Nothing was sent.
var ErrMiscounted = errors.New("shmring: encoding differs from its announced size")

// EncodeError says why a value did not become a record. It unwraps to the codec's error, or to
// [ErrMiscounted] where Append did not keep what Size promised: the value changed in between, or the codec
// is wrong.
type EncodeError struct {
	Codec    string // its name
	Promised int    // by Size, in bytes
	Got      int    // from Append, in bytes; the same as promised if they went elsewhere
	Err      error
}

func (e *EncodeError) Error() string {
	s := fmt.Sprintf("shmring: encode as %s: %v", e.Codec, e.Err)
	if e.Err == ErrMiscounted {
		s += fmt.Sprintf(": announced were %d bytes, got %d", e.Promised, e.Got)
		if e.Got == e.Promised {
			s += " in other memory"
		}
	}
	return s
}

// Unwrap returns the cause.
func (e *EncodeError) Unwrap() error { return e.Err }

// DecodeError is a record that did not become a value. The record counts as received: the next call goes
// on behind it. It unwraps to the codec's error, or to a [FragmentError] where the record is only a piece.
type DecodeError struct {
	Codec   string // its name
	Type    uint16 // of the record
	Version uint8  // of the record
	Size    int    // of the payload, in bytes
	Err     error
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("shmring: decode %d bytes, type %d version %d, as %s: %v", e.Size, e.Type, e.Version, e.Codec, e.Err)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// mustCodec refuses a nil codec where it is handed over.
func mustCodec[T any](of string, c codec.Codec[T]) {
	if c == nil {
		panic("shmring: " + of + " without a codec")
	}
}
