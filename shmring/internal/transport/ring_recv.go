package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// inbound is the message that a Ring is receiving piece by piece.
type inbound struct {
	begun  bool
	framed bool
	lent   []byte // what is left of the lent piece
	more   bool   // another piece may follow it
	// What a call had collected when its context ended. The next call begins with it.
	replay  []byte
	resumed bool
	// Of a framed message: bytes left of the body or part that is being read, and the length in front of the next, as
	// far as it has come.
	sliceLeft   uint64
	lengthBytes []byte
	failed      error // what every receiving call returns from now on
}

// Recv receives a message, its parts joined to its body.
func (r *Ring) Recv(ctx context.Context, dst []byte) ([]byte, error) {
	raw, err := r.collect(ctx, dst[:0])
	if err != nil || !r.framed {
		return raw, err
	}
	m, err := r.parse(raw)
	if err != nil {
		return raw[:0], err
	}
	n := copy(raw, m.Body)
	for _, part := range m.Parts {
		n += copy(raw[n:], part)
	}
	return raw[:n], nil
}

// Pending reports whether the next receiving call has more to do than to receive a record.
func (r *Ring) Pending() bool { return r.begun || r.resumed || r.failed != nil }

// RecvMessage receives a message with its parts, in memory of its own.
func (r *Ring) RecvMessage(ctx context.Context) (frame.Message, error) {
	raw, err := r.collect(ctx, nil)
	if err != nil {
		return frame.Message{}, err
	}
	if !r.framed {
		return frame.Message{Body: raw}, nil
	}
	return r.parse(raw)
}

// collect appends the whole of the next message to dst, as it lies in the ring.
func (r *Ring) collect(ctx context.Context, dst []byte) ([]byte, error) {
	if err := r.Begin(ctx); err != nil {
		return dst, err
	}
	start := len(dst)
	for {
		b, err := r.peek(ctx)
		size, limit := uint64(len(dst)-start+len(b)), r.limit
		if r.framed {
			limit += LengthSize // of the body, which no limit counts
		}
		switch {
		case err == io.EOF:
			r.begun = false
			return dst, nil
		case errors.Is(err, io.ErrUnexpectedEOF): // its sender gave it up: it never was
			r.begun = false
			if err := receiveError(ctx); err != nil {
				return dst[:start], err
			}
			if err := r.Begin(ctx); err != nil {
				return dst[:start], err
			}
			dst = dst[:start]
			continue
		case err != nil:
			if err = r.RecvError(ctx, 0, err); r.failed == nil {
				r.replay, r.resumed = append([]byte(nil), dst[start:]...), true
			}
			return dst[:start], err
		case size > limit:
			return dst[:start], r.tooLarge(size)
		}
		dst = mem.Append(dst, b)
		r.discard(len(b))
	}
}

// Begin begins the next message, or once more the one whose receipt was cut short.
func (r *Ring) Begin(ctx context.Context) error {
	if r.failed != nil {
		return r.failed
	}
	r.sliceLeft, r.lengthBytes = 0, r.lengthBytes[:0]
	if r.resumed {
		r.resumed = false
		return nil
	}
	for r.begun { // skip what is left of it
		b, err := r.peek(ctx)
		if err != nil {
			if err = r.readError(ctx, err); r.begun {
				return err
			}
		}
		r.discard(len(b))
		if err := receiveError(ctx); err != nil {
			return err
		}
	}
	first, err := r.receiver.Begin(ctx)
	if err != nil {
		return r.RecvError(ctx, 0, err)
	}
	r.begun, r.framed, r.lent, r.more = true, first.Framed, first.Bytes, first.More
	if len(r.lent) == 0 {
		r.receiver.Release()
	}
	return nil
}

// peek returns the next bytes of the message as it lies in the ring, at least one.
func (r *Ring) peek(ctx context.Context) ([]byte, error) {
	switch {
	case len(r.replay) > 0:
		return r.replay, nil
	case len(r.lent) > 0:
		return r.lent, nil
	case !r.more:
		return nil, io.EOF
	}
	next, err := r.receiver.Next(ctx)
	if err != nil {
		return nil, err
	}
	r.lent, r.more = next.Bytes, next.More
	return r.lent, nil
}

// discard steps over n bytes that peek returned.
func (r *Ring) discard(n int) {
	if len(r.replay) > 0 {
		r.replay = r.replay[n:]
		return
	}
	if r.lent = r.lent[n:]; n > 0 && len(r.lent) == 0 {
		r.receiver.Release()
	}
}

// Read reads from the message: of a framed one, its body and then its parts.
func (r *Ring) Read(ctx context.Context, b []byte) (int, error) {
	for {
		lent, err := r.peek(ctx)
		if err != nil {
			if err == io.EOF && r.framed && (r.sliceLeft > 0 || len(r.lengthBytes) > 0) {
				err = io.ErrUnexpectedEOF
			}
			return 0, r.readError(ctx, err)
		}
		if !r.framed {
			n := copy(b, lent)
			r.discard(n)
			return n, nil
		}
		if r.sliceLeft > 0 {
			n := copy(b[:min(uint64(len(b)), r.sliceLeft)], lent)
			r.sliceLeft -= uint64(n)
			r.discard(n)
			return n, nil
		}
		n := min(len(lent), LengthSize-len(r.lengthBytes))
		r.lengthBytes = append(r.lengthBytes, lent[:n]...)
		r.discard(n)
		if len(r.lengthBytes) == LengthSize {
			r.sliceLeft, r.lengthBytes = binary.BigEndian.Uint64(r.lengthBytes), r.lengthBytes[:0]
		}
		if err := receiveError(ctx); err != nil {
			return 0, err
		}
	}
}

// readError ends the message if its end is what happened.
func (r *Ring) readError(ctx context.Context, err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		r.begun = false
		return err
	}
	return r.RecvError(ctx, 0, err)
}

// RecvError returns why a call of the Receiver failed, or that a message of size bytes exceeds the limit. Whatever is not
// the context's doing is final, except for a call that does not wait.
func (r *Ring) RecvError(ctx context.Context, size int, err error) error {
	switch {
	case err == nil:
		err = r.tooLarge(uint64(size))
	case ctx == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	case errors.Is(err, ErrPeerDied):
		err = ErrPeerDied
	}
	r.failed = err
	return err
}

// parse takes a framed message apart.
func (r *Ring) parse(raw []byte) (frame.Message, error) {
	m, err := frame.Parse(raw)
	if err != nil {
		r.failed = &MalformedError{err}
		return m, r.failed
	}
	return m, nil
}

func (r *Ring) tooLarge(size uint64) error {
	r.failed = &TooLargeError{Size: size, Limit: r.limit}
	return r.failed
}

// Ready reports whether another message is known to be there.
func (r *Ring) Ready() bool { return r.receiver.Ready() }
