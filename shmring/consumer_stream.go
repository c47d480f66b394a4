package shmring

import (
	"context"
	"fmt"

	"github.com/shmring/ipc/shmring/internal/ring"
)

// RecvStream waits for the next message and returns it as a stream; further pieces of the last one are
// skipped. An ordinary record is a message of one piece. Read waits under ctx for the further pieces and
// takes at most one piece of the ring at a time, however large the message is. SPSC rings only: [ErrKind]
// otherwise, for which there is [Assembler].
//
// Errors: as [Consumer.TryRecv]; ErrBusy while records are lent, as a Stream that was not read to its end has
// one: Release gives it back.
func (c *Consumer) RecvStream(ctx context.Context) (*Stream, error) {
	if c.ring.Kind() != SPSC {
		return nil, fmt.Errorf("%w: in an MPSC ring messages mix", ErrKind)
	}
	s := &Stream{}
	return s, s.begin(ctx, c)
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
