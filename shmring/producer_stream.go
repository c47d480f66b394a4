package shmring

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
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

// piecesPerLap: a message is cut into pieces of at most capacity / piecesPerLap bytes, so that the reader
// can work on one while the writer fills the next.
const piecesPerLap = 8

// pieceSize is the largest piece in bytes.
func (p *Producer) pieceSize() int {
	return int(min(p.ring.MaxRecord(), p.ring.Capacity()/piecesPerLap-2*layout.WordSize))
}

// SendFrom sends one message of exactly size bytes, 0 or more, which it reads from src. A message that
// fits into one record of an eighth of the ring is an ordinary record; a larger one goes in pieces as room
// appears, and may be larger than the ring: see [Consumer.RecvStream]. One piece is in memory at a time.
//
// On an error after the first piece, of src, of ctx or because src ends early (io.ErrUnexpectedEOF), the
// message does not exist; its reader learns that when the next one begins or the producer ends. src must not send on the
// same producer: it gets ErrBusy.
func (p *Producer) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	return p.sendFrom(ctx, src, size, 0)
}

func (p *Producer) sendFrom(ctx context.Context, src io.Reader, size int64, typ uint16) error {
	if size < 0 {
		return &OptionError{Option: "SendFrom", Got: fmt.Sprint(size), Want: "0 or more bytes"}
	}
	if err := p.free(); err != nil {
		return err
	}
	buf := make([]byte, min(size, int64(p.pieceSize())))
	var piece uint8
	for {
		b := buf[:min(size, int64(len(buf)))]
		if err := p.readPiece(src, b); err != nil {
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

// readPiece fills b from src, which must not send on p meanwhile: its record would end the message.
func (p *Producer) readPiece(src io.Reader, b []byte) error {
	p.streaming = true
	p.ring.Pause()
	defer func() { // also where src panics
		p.streaming = false
		p.ring.Resume()
	}()
	_, err := io.ReadFull(src, b)
	return err
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

// sendPiece sends one record that is a piece of a message, or a whole one.
func (p *Producer) sendPiece(ctx context.Context, b []byte, typ uint16, piece uint8) error {
	if err := p.guard.Enter(); err != nil {
		return err
	}
	defer p.guard.Leave()
	m := ring.Meta{Type: typ, Piece: piece}
	return p.sendFilled(ctx, uint64(len(b)), typ != 0, m, func(to []byte) { mem.CopyIn(to, b) })
}

// sendFramed writes a connection's message with parts straight into the ring, as one record of size bytes.
func (p *Producer) sendFramed(ctx context.Context, m frame.Message, size int) error {
	if err := p.guard.Enter(); err != nil {
		return err
	}
	defer p.guard.Leave()
	return p.sendFilled(ctx, uint64(size), true, meta(framed, 0), func(b []byte) {
		put := func(s []byte) {
			binary.BigEndian.PutUint64(b, uint64(len(s)))
			mem.CopyIn(b[lengthSize:], s)
			b = b[lengthSize+len(s):]
		}
		put(m.Body)
		for _, part := range m.Parts {
			put(part)
		}
	})
}
