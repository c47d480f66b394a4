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
type inbound struct {
	stream Stream
	opened bool
	// What a receipt had collected when its context ended. The next one begins with it.
	replay  []byte
	resumed bool
	// Of a framed message: bytes left of the slice that is being read, and the length in front of the
	// next, as far as it has come.
	sliceLeft   uint64
	lengthBytes []byte
}

// open begins the next message, or the one whose receipt was cut short once more.
func (r *ringTransport) open(ctx context.Context) error {
	if r.failed != nil {
		return r.failed
	}
	r.sliceLeft, r.lengthBytes = 0, r.lengthBytes[:0]
	if r.resumed {
		r.resumed = false
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
		if err := contextError(ctx); err != nil {
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
func (r *ringTransport) peek(ctx context.Context) ([]byte, error) {
	if len(r.replay) > 0 {
		return r.replay, nil
	}
	return r.stream.peek(ctx)
}

// discard steps over n of them.
func (r *ringTransport) discard(n int) {
	if len(r.replay) > 0 {
		r.replay = r.replay[n:]
		return
	}
	r.stream.discard(n)
}

// read reads from the open message: of a framed one, its body and then its parts.
func (r *ringTransport) read(ctx context.Context, b []byte) (int, error) {
	for {
		lent, err := r.peek(ctx)
		if err != nil {
			if err == io.EOF && r.stream.typ == framed && (r.sliceLeft > 0 || len(r.lengthBytes) > 0) {
				err = io.ErrUnexpectedEOF
			}
			return 0, r.readError(err)
		}
		if r.stream.typ != framed {
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
		n := min(len(lent), lengthSize-len(r.lengthBytes))
		r.lengthBytes = append(r.lengthBytes, lent[:n]...)
		r.discard(n)
		if len(r.lengthBytes) == lengthSize {
			r.sliceLeft, r.lengthBytes = binary.BigEndian.Uint64(r.lengthBytes), r.lengthBytes[:0]
		}
		if err := contextError(ctx); err != nil {
			return 0, err
		}
	}
}

// readError ends the message where its end is what happened.
func (r *ringTransport) readError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		r.opened = false
		return err
	}
	return r.recvError(err)
}

// parse takes a framed message apart. One that is none ends the receiving, as it does on a socket.
func (r *ringTransport) parse(raw []byte) (frame.Message, error) {
	m, err := frame.Parse(raw)
	if err != nil {
		r.failed = fmt.Errorf("%w: %w", ErrCorrupt, err)
		return m, r.failed
	}
	return m, nil
}

func (r *ringTransport) tooLarge(size uint64) error {
	r.failed = &TooLargeError{Size: size, Limit: r.limit}
	return r.failed
}
