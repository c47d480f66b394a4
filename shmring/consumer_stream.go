package shmring

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmring/ipc/shmring/internal/ring"
)

// RecvStream waits for the next message and returns it as a stream; further pieces of the last one are
// skipped. An ordinary record is a message of one piece. Read waits under ctx for the further pieces and
// takes at most one piece of the ring at a time, however large the message is. SPSC rings only: [ErrKind]
// otherwise, for which there is [Assembler].
//
// Errors: as [Consumer.TryRecv]; ErrBusy while records are lent, as a Stream that was not read to its end has
// some: Release gives them back; [LostMessageError] for a message whose first pieces another consumer has released, after
// which the next call goes on behind it.
func (c *Consumer) RecvStream(ctx context.Context) (*Stream, error) {
	if c.ring.Kind() != SPSC {
		return nil, fmt.Errorf("%w: in an MPSC ring messages mix", ErrKind)
	}
	s := &Stream{}
	return s, s.begin(ctx, c)
}

// tooMuchHeld reports that the pieces of the message being received must be released before its end: those of a message
// of more than half the ring, because its sender needs the space for the rest; and those of a connection, whose
// consumer has no successor.
func (c *Consumer) tooMuchHeld() bool {
	return c.peer != nil || c.ring.Lent() && c.ring.Position()-c.ring.LentFrom() > c.ring.Capacity()/2
}

// skipPieces skips what is left of a message, from r on, which is lent. It reports the message as lost unless this consumer
// has begun it.
func (c *Consumer) skipPieces(ctx context.Context, r Record) error {
	lost, begun := &LostMessageError{}, c.inMessage || c.peer != nil // a connection's consumer has no predecessor
	for {
		lost.Pieces++
		lost.Bytes += uint64(len(r.Payload))
		more, from := r.More, origin(r)
		c.Release()
		if !more {
			break
		}
		var err error
		if r, err = c.continuation(ctx, from); errors.Is(err, ErrFragment) || endOfStream(err) {
			break // its sender gave it up
		} else if err != nil {
			return err
		}
		if err := contextError(ctx); err != nil {
			return err
		}
	}
	c.inMessage = false
	if begun {
		return nil
	}
	return lost
}

// continuation lends the next record if it continues a message of the given sender; otherwise it leaves
// it there and returns a FragmentError.
func (c *Consumer) continuation(ctx context.Context, from uint32) (Record, error) {
	if err := c.guard.Enter(); err != nil {
		return Record{}, err
	}
	defer c.guard.Leave()
	return c.lendIf(ctx, func(f ring.Found) error {
		r := newRecord(f)
		if !r.Continued || origin(r) != from {
			return &FragmentError{Size: len(r.Payload), More: r.More, Continued: r.Continued}
		}
		return c.verify(f, f.Payload)
	})
}
