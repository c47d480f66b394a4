package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/shmring/ipc/frame"
)

// inflow is the message that a ringLine is receiving piece by piece.
type inflow struct {
	stream Stream
	opened bool
	// What a receipt had collected when its context ended. The next one begins with it.
	replay []byte
	cut    bool
	// Of a framed message: bytes left of the slice that is being read, and the length in front of the
	// next, as far as it has come.
	left   uint64
	length []byte
}

// open begins the next message, or the one whose receipt was cut short once more.
func (r *ringLine) open(ctx context.Context) error {
	if r.failed != nil {
		return r.failed
	}
	r.left, r.length = 0, r.length[:0]
	if r.cut {
		r.cut = false
		return nil
	}
	for r.opened { // skip what is left of it
		b, err := r.peek(ctx)
		if err != nil {
			if err = r.readError(err); r.opened {
				return err
			}
		}
		r.discard(len(b))
		if err := overdue(ctx); err != nil {
			return err
		}
	}
	if err := r.stream.begin(ctx, r.rx); err != nil {
		return r.recvError(err)
	}
	r.opened = true
	return nil
}

// peek returns the next bytes of the open message as it lies in the ring, at least one.
func (r *ringLine) peek(ctx context.Context) ([]byte, error) {
	if len(r.replay) > 0 {
		return r.replay, nil
	}
	return r.stream.peek(ctx)
}

// discard steps over n of them.
func (r *ringLine) discard(n int) {
	if len(r.replay) > 0 {
		r.replay = r.replay[n:]
		return
	}
	r.stream.discard(n)
}

// read reads from the open message: of a framed one, its body and then its parts.
func (r *ringLine) read(ctx context.Context, b []byte) (int, error) {
	for {
		lent, err := r.peek(ctx)
		if err != nil {
			if err == io.EOF && r.stream.typ == framed && (r.left > 0 || len(r.length) > 0) {
				err = io.ErrUnexpectedEOF
			}
			return 0, r.readError(err)
		}
		if r.stream.typ != framed {
			n := copy(b, lent)
			r.discard(n)
			return n, nil
		}
		if r.left > 0 {
			n := copy(b[:min(uint64(len(b)), r.left)], lent)
			r.left -= uint64(n)
			r.discard(n)
			return n, nil
		}
		n := min(len(lent), lengthSize-len(r.length))
		r.length = append(r.length, lent[:n]...)
		r.discard(n)
		if len(r.length) == lengthSize {
			r.left, r.length = binary.BigEndian.Uint64(r.length), r.length[:0]
		}
		if err := overdue(ctx); err != nil {
			return 0, err
		}
	}
}

// readError ends the message where its end is what happened.
func (r *ringLine) readError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		r.opened = false
		return err
	}
	return r.recvError(err)
}

// parse takes a framed message apart. One that is none ends the receiving, as it does on a socket.
func (r *ringLine) parse(raw []byte) (frame.Message, error) {
	m, err := frame.Parse(raw)
	if err != nil {
		r.failed = fmt.Errorf("%w: %w", ErrCorrupt, err)
		return m, r.failed
	}
	return m, nil
}

func (r *ringLine) tooLarge(size uint64) error {
	r.failed = &TooLargeError{Size: size, Limit: r.limit}
	return r.failed
}
