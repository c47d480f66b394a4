package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// A message larger than a record travels as several, its pieces, in order:
//
//	piece        first      …         …          last
//	flags        More       both      both       Continued
//
// A record without Continued begins a message. So a sender that gives up, or dies, in the middle of
// one need not say so: the pieces are dropped as soon as its next message, or its successor's, begins.
// In an MPSC ring the pieces of several producers mix; those of one message have the same Producer and
// Generation, and an [Assembler] sorts them.

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

// errPiece spares a connection, which puts the pieces together, the allocation.
var errFragmentOnly = &FragmentError{}

// Unwrap returns ErrFragment.
func (e *FragmentError) Unwrap() error { return ErrFragment }

// piecesPerLap: a message is cut into pieces of at most capacity / piecesPerLap bytes, so that the reader
// can work on one while the writer fills the next.
const piecesPerLap = 8

// pieceSize is the largest piece in bytes.
func (p *Producer) pieceSize() int {
	return int(min(p.maxRecord, p.capacity/piecesPerLap-2*layout.WordSize))
}

// SendFrom sends one message of exactly size bytes, 0 or more, which it reads from src. A message that
// fits into one record of an eighth of the ring is an ordinary record; a larger one goes in pieces as room
// appears, and may be larger than the ring: see [Consumer.RecvStream]. One piece is in memory at a time.
//
// On an error after the first piece, of src, of ctx or because src ends early (io.ErrUnexpectedEOF), the
// message does not exist; its reader learns that when the next one begins or the producer ends.
func (p *Producer) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	return p.sendFrom(ctx, src, size, 0)
}

func (p *Producer) sendFrom(ctx context.Context, src io.Reader, size int64, typ uint16) error {
	if size < 0 {
		return &OptionError{Option: "SendFrom", Got: fmt.Sprint(size), Want: "0 or more bytes"}
	}
	buf := make([]byte, min(size, int64(p.pieceSize())))
	var piece uint8
	for {
		b := buf[:min(size, int64(len(buf)))]
		if _, err := io.ReadFull(src, b); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("shmring: source, with %d bytes to come: %w", size, err)
		}
		size -= int64(len(b))
		piece &^= layout.FlagMore
		if size > 0 {
			piece |= layout.FlagMore
		}
		if err := p.sendPiece(ctx, b, typ, piece); err != nil || size == 0 {
			return err
		}
		piece |= layout.FlagContinued
	}
}

// sendPieces is sendFrom for a payload in memory.
func (p *Producer) sendPieces(ctx context.Context, payload []byte, typ uint16) error {
	var piece uint8
	for size := p.pieceSize(); ; {
		b := payload[:min(size, len(payload))]
		payload = payload[len(b):]
		piece &^= layout.FlagMore
		if len(payload) > 0 {
			piece |= layout.FlagMore
		}
		if err := p.sendPiece(ctx, b, typ, piece); err != nil || len(payload) == 0 {
			return err
		}
		piece |= layout.FlagContinued
	}
}

// sendPiece sends one record with the given flags.
func (p *Producer) sendPiece(ctx context.Context, b []byte, typ uint16, piece uint8) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	n := uint64(len(b))
	c, err := p.allocWait(ctx, n, p.checksum || typ != 0)
	if err != nil {
		return err
	}
	mem.CopyIn(c.payload(&p.ring), b)
	p.commitPiece(c, n, typ, 0, piece)
	return p.lossError()
}

// Stream is one message, received piece by piece. It belongs to its Consumer and to the same goroutine; it
// ends with io.EOF from Read, or with the Consumer's next RecvStream.
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

// RecvStream waits for the next message and returns it as a stream; further pieces of the last one are
// skipped. An ordinary record is a message of one piece. Read waits under ctx for the further pieces and
// takes at most one piece of the ring at a time, however large the message is. SPSC rings only: [ErrKind]
// otherwise, for which there is [Assembler].
//
// Errors: as [Consumer.TryRecv]; ErrBusy while records are lent, as a Stream that was not read to its end has
// one: Release gives it back.
func (c *Consumer) RecvStream(ctx context.Context) (*Stream, error) {
	if c.kind != SPSC {
		return nil, fmt.Errorf("%w: in an MPSC ring messages mix", ErrKind)
	}
	s := &Stream{}
	return s, s.begin(ctx, c)
}

// begin makes s the stream of the next message.
func (s *Stream) begin(ctx context.Context, c *Consumer) error {
	if c.lentRecs != 0 {
		return &BusyError{Role: RoleConsumer, Why: "records are lent: call Release first"}
	}
	for {
		r, err := c.Next(ctx)
		if err != nil {
			return err
		}
		if !r.Continued {
			*s = Stream{c: c, ctx: ctx, typ: r.Type, from: origin(r), rest: r.Payload, at: c.lentFrom, more: r.More}
			return nil
		}
		c.Release() // nobody has seen how it began
		if err := contextError(ctx); err != nil {
			return err
		}
	}
}

// overdue bounds work that a sender can make endless without ever keeping us waiting.
func contextError(ctx context.Context) error {
	if ctx == nil || ctx.Err() == nil {
		return nil
	}
	return &WaitError{Op: "receive", Err: ctx.Err()}
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
		s.c.Release()
		if !s.more {
			s.end = io.EOF
			continue
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
	if s.c.lentRecs == 0 || s.c.lentFrom != s.at {
		return nil, fmt.Errorf("%w: the rest of the message was released", ErrClosed)
	}
	return s.rest, nil
}

// discard steps over n of the bytes that peek returned.
func (s *Stream) discard(n int) {
	if s.rest = s.rest[n:]; len(s.rest) == 0 {
		s.c.Release()
	}
}

// advance takes the next piece. A record that begins another message stays where it is.
func (s *Stream) advance(ctx context.Context) error {
	r, err := s.c.continuation(ctx, s.from)
	switch {
	case err == nil:
		s.rest, s.at, s.more = r.Payload, s.c.lentFrom, r.More
		return nil
	case errors.Is(err, ErrFragment):
		err = fmt.Errorf("%w: its sender gave the message up", io.ErrUnexpectedEOF)
	case err == io.EOF:
		err = fmt.Errorf("%w: its sender closed", io.ErrUnexpectedEOF)
	case !endOfStream(err):
		return err
	}
	s.end = err
	return err
}

// continuation lends the next record if it continues a message of the given sender; otherwise it leaves
// it there and returns a FragmentError.
func (c *Consumer) continuation(ctx context.Context, from uint32) (Record, error) {
	if err := c.enter(); err != nil {
		return Record{}, err
	}
	f, err := c.next(ctx, func(r found) error {
		if !r.Continued || origin(r.Record) != from {
			return &FragmentError{Size: len(r.Payload), More: r.More, Continued: r.Continued}
		}
		return c.verify(r)
	})
	if err == nil {
		c.countLent(c.pos, f.word.Total(), uint64(len(f.Payload)))
	}
	c.leave()
	return f.Record, err
}
