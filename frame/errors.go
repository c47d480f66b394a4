package frame

import (
	"context"
	"errors"
	"fmt"
	"os"
)

var (
	// ErrTooLarge is the sentinel of a [*TooLargeError].
	ErrTooLarge = errors.New("frame: message too large")

	// ErrMalformed is the sentinel of a [*ParseError].
	ErrMalformed = errors.New("frame: malformed message")

	// ErrStreamOver is returned by a [Stream] whose Reader has gone on to another frame.
	ErrStreamOver = errors.New("frame: the reader has left this stream")

	errCount = errors.New("frame: the stream reported an impossible byte count")
)

// Error is what a Writer or Reader returns when its stream failed.
type Error struct {
	Op        string // "write", "flush" or "read"
	Resumable bool   // repeating the call continues where it stopped; otherwise the stream is of no more use
	Err       error  // os.ErrDeadlineExceeded, ctx.Err(), io.ErrUnexpectedEOF, or what the stream returned
}

func (e *Error) Error() string {
	kind := "fatal"
	if e.Resumable {
		kind = "resumable"
	}
	return fmt.Sprintf("frame: %s (%s): %v", e.Op, kind, e.Err)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the call may be repeated, as net.Error has it.
func (e *Error) Timeout() bool { return e.Resumable }

// Resumable reports whether err came from a Writer or Reader that can go on where it stopped.
func Resumable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Resumable
}

// interrupted reports whether err means "not now" rather than "never". A Timeout method alone does not:
// a connection that died of ETIMEDOUT has one too.
func interrupted(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// TooLargeError reports the size that was refused. errors.Is(err, ErrTooLarge) holds.
type TooLargeError struct {
	Size  uint64 // bytes that the message has or its peer declared: the total of its frame, or its body
	Limit uint64 // bytes allowed
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%v: %d bytes, at most %d", ErrTooLarge, e.Size, e.Limit)
}

// Unwrap returns ErrTooLarge.
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }

// bodyPart stands for the body where parts are counted.
const bodyPart = -1

// ParseError reports where the lengths of a message contradict its size. errors.Is(err, ErrMalformed) holds.
type ParseError struct {
	Part   int    // index of the part that does not fit, -1 for the body
	Offset uint64 // where in the payload, in bytes
	Size   uint64 // bytes that it needs
	Left   uint64 // bytes that the payload has left
	Length bool   // the length itself was cut off
}

func (e *ParseError) Error() string {
	what := "the body"
	if e.Part != bodyPart {
		what = fmt.Sprintf("part %d", e.Part)
	}
	if e.Length {
		what = "the length of " + what
	}
	return fmt.Sprintf("%v: %s at byte %d takes %d bytes, %d left", ErrMalformed, what, e.Offset, e.Size, e.Left)
}

// Unwrap returns ErrMalformed.
func (e *ParseError) Unwrap() error { return ErrMalformed }
