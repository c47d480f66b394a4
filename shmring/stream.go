package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Stream is one message, received piece by piece. It belongs to its Consumer and to the same goroutine; it
// ends with io.EOF from Read, or with the Consumer's next RecvStream.
//
// The pieces of a message are released together when the last one has been read, so that another consumer receives the
// whole message if this one dies before. A message of more than half the ring must be released piece by piece;
// then the next consumer gets a [LostMessageError] in its place.
type Stream struct {
	c    *Consumer
	ctx  context.Context
	typ  uint16
	from uint32 // Producer and Generation of the pieces
	rest []byte // lent ring memory
	at   uint64 // its record's position
	more bool   // another piece follows rest
	end  error  // how it ended, once it has
}

// begin makes s the stream of the next message.
func (s *Stream) begin(ctx context.Context, c *Consumer) error {
	if c.ring.Lent() {
		return &BusyError{Role: RoleConsumer, Why: "records are lent: call Release first"}
	}
	for {
		r, err := c.Next(ctx)
		if err != nil {
			return err
		}
		if !r.Continued {
			*s = Stream{c: c, ctx: ctx, typ: r.Type, from: origin(r), rest: r.Payload, at: c.ring.LentFrom(), more: r.More}
			c.inMessage = r.More
			return nil
		}
		if err := c.skipPieces(ctx, r); err != nil {
			return err
		}
	}
}

func origin(r Record) uint32 { return uint32(r.Producer)<<16 | uint32(r.Generation) }

// Type returns the message's type: 0 if its sender gave none.
func (s *Stream) Type() uint16 { return s.typ }

// Read reads from the message; io.EOF at its end. io.ErrUnexpectedEOF says that its sender gave it up, and
// ErrPeerDied that it died; after any other error the next Read goes on.
func (s *Stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	lent, err := s.peek(s.ctx)
	if err != nil {
		return 0, err
	}
	n := copy(b, lent)
	s.discard(n)
	return n, nil
}

// peek returns the next bytes of the message, at least one, as lent memory.
func (s *Stream) peek(ctx context.Context) ([]byte, error) {
	for len(s.rest) == 0 {
		if s.end != nil {
			return nil, s.end
		}
		if !s.more {
			s.c.Release()
			s.end = io.EOF
			continue
		}
		if s.c.tooMuchHeld() {
			s.c.Release()
		}
		if err := s.advance(ctx); err != nil {
			return nil, err
		}
		if len(s.rest) == 0 {
			if err := contextError(ctx); err != nil {
				return nil, err
			}
		}
	}
	if !s.c.ring.Lent() || s.c.ring.LentFrom() != s.at {
		return nil, fmt.Errorf("%w: the rest of the message was released", ErrClosed)
	}
	return s.rest, nil
}

// discard steps over n of the bytes that peek returned.
func (s *Stream) discard(n int) {
	if s.rest = s.rest[n:]; len(s.rest) == 0 && (!s.more || s.c.tooMuchHeld()) {
		s.c.Release()
	}
}

// advance takes the next piece. A record that begins another message stays where it is.
func (s *Stream) advance(ctx context.Context) error {
	r, err := s.c.continuation(ctx, s.from)
	switch {
	case err == nil:
		s.rest, s.at, s.more = r.Payload, s.c.ring.LentFrom(), r.More
		s.c.inMessage = r.More
		return nil
	case errors.Is(err, ErrFragment):
		err = fmt.Errorf("%w: its sender gave the message up", io.ErrUnexpectedEOF)
	case err == io.EOF:
		err = fmt.Errorf("%w: its sender closed", io.ErrUnexpectedEOF)
	case !endOfStream(err):
		return err
	}
	s.end = err
	s.c.Release() // what is held of the message
	s.c.inMessage = false
	return err
}

// FragmentError is what Recv and TryRecv return for a piece of a larger message. They leave it in the ring:
// receive it with [Consumer.RecvStream], with an [Assembler], or piece by piece with Next. It unwraps to
// [ErrFragment].
type FragmentError struct {
	Size            int // bytes of this piece
	More, Continued bool
}

func (e *FragmentError) Error() string {
	return fmt.Sprintf("%v: %d bytes of it (RecvStream, Assembler)", ErrFragment, e.Size)
}

// LostMessageError is a message that was sent in pieces ([Producer.SendFrom]) and cannot be received whole: a consumer that is
// gone has released its first pieces. It unwraps to [ErrFragment].
type LostMessageError struct {
	Pieces int    // that were still there, and are skipped
	Bytes  uint64 // of those
}

func (e *LostMessageError) Error() string {
	return fmt.Sprintf("shmring: a message was lost with the consumer before: its last %d pieces (%d bytes) are skipped", e.Pieces, e.Bytes)
}

// Unwrap returns ErrFragment.
func (e *LostMessageError) Unwrap() error { return ErrFragment }

// errFragmentOnly spares a connection, which puts the pieces together, the allocation.
var errFragmentOnly = &FragmentError{}

// Unwrap returns ErrFragment.
func (e *FragmentError) Unwrap() error { return ErrFragment }
