package shmring

import (
	"context"

	"github.com/shmring/ipc/shmring/internal/mem"
)

// Assembler receives whole messages from a ring whose producers send some of them in pieces
// ([Producer.SendFrom]), however those of several producers are mixed. It takes over its Consumer's
// receiving calls and belongs to the same goroutine.
//
// A message that its producer gave up, or died over, is dropped as soon as that producer's slot begins
// another; it counts as if it had never been sent. Pieces are released as they come: if this consumer dies in the middle of a
// message, the next one reports it as lost.
type Assembler struct {
	c       *Consumer
	limit   uint64
	partial map[uint16]*partial // by producer
}

// partial is what has come of a message.
type partial struct {
	from  uint32 // Producer and Generation
	bytes []byte
	size  uint64 // of all pieces, also those that were not kept
	// lost counts the pieces of a message whose first ones another consumer has released; 0: nothing is missing.
	lost int
}

// NewAssembler returns one that takes messages of at most maxMessage bytes, at least 1. It keeps at most that
// much memory for each producer.
func NewAssembler(c *Consumer, maxMessage int64) *Assembler {
	return &Assembler{c: c, limit: uint64(max(maxMessage, 1)), partial: map[uint16]*partial{}}
}

// Recv waits for the next message that is complete and copies it to dst[:0], which grows if needed.
//
// Errors: as [Consumer.Recv]; ErrBusy while records are lent; [TooLargeError] for a message above the
// maximum, and [LostMessageError] for one whose first pieces another consumer has released. Both are dropped: the next Recv
// goes on behind them.
func (a *Assembler) Recv(ctx context.Context, dst []byte) ([]byte, error) {
	if a.c.ring.Lent() {
		return dst[:0], &BusyError{Role: RoleConsumer, Why: "records are lent: call Release first"}
	}
	for {
		r, err := a.c.Next(ctx)
		if err != nil {
			if endOfStream(err) {
				clear(a.partial)
			}
			return dst[:0], err
		}
		dst, whole, err := a.add(dst[:0], r)
		a.c.Release()
		if whole || err != nil {
			return dst, err
		}
		if err := contextError(ctx); err != nil {
			return dst, err
		}
	}
}

// add takes one record in, and appends its message to dst if that is whole now.
func (a *Assembler) add(dst []byte, r Record) (_ []byte, whole bool, err error) {
	p := a.partial[r.Producer]
	if !r.Continued {
		delete(a.partial, r.Producer) // given up
		if !r.More {
			if n := uint64(len(r.Payload)); n > a.limit {
				return dst, false, &TooLargeError{Size: n, Limit: a.limit}
			}
			return mem.Append(dst, r.Payload), true, nil
		}
		p = &partial{from: origin(r)}
		a.partial[r.Producer] = p
	} else if p == nil || p.from != origin(r) {
		p = &partial{from: origin(r), lost: 1}
		a.partial[r.Producer] = p
	} else if p.lost > 0 {
		p.lost++
	}
	if p.size += uint64(len(r.Payload)); p.size <= a.limit && p.lost == 0 {
		p.bytes = mem.Append(p.bytes, r.Payload)
	} else {
		p.bytes = nil
	}
	if r.More {
		return dst, false, nil
	}
	delete(a.partial, r.Producer)
	if p.lost > 0 {
		return dst, false, &LostMessageError{Pieces: p.lost, Bytes: p.size}
	}
	if p.size > a.limit {
		return dst, false, &TooLargeError{Size: p.size, Limit: a.limit}
	}
	return append(dst, p.bytes...), true, nil
}
