package shmring

import (
	"context"
	"time"

	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Producer is the sending end of a ring. It belongs to one goroutine at a time; an MPSC ring takes one
// Producer per goroutine. Close may be called from anywhere.
//
// Every call that writes has two tiers: Send copies the payload in, Reserve lends ring memory to be
// filled in place. A call that succeeded has made its record durable against the death of this process.
type Producer struct {
	guard lifetime.Guard
	ring  ring.Producer
	space wait.Waiter
	seg   *Segment
	open  openReservation
	// streaming says that a message is being sent in pieces, which nothing may come between.
	streaming bool
}

// noWait is the context of the calls that never wait. It is only ever compared with nil.
var noWait context.Context

// Close ends the stream of this producer: when the last one has closed and the ring is drained, the
// consumer sees io.EOF. It unblocks a call that waits in another goroutine, which returns ErrClosed.
// While a reservation is out, the slot and the memory stay until Commit or Abort, which finish the job.
func (p *Producer) Close() error {
	p.guard.Close()
	return nil
}

// waitSpace waits for space. The caller has entered.
func (p *Producer) waitSpace(ctx context.Context) error {
	err := p.space.Wait(ctx, (*spaceCondition)(p))
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "send", Err: err, Peer: p.seg.blocker(RoleProducer)}
	}
	return err
}

// spaceCondition is what a Producer waits for.
type spaceCondition Producer

func (p *spaceCondition) Ready() bool                { return p.ring.SpaceChanged() }
func (p *spaceCondition) Recheck(bool) (bool, error) { return false, nil }
func (p *spaceCondition) MaxSleep() time.Duration    { return wait.MaxSleep }
func (p *spaceCondition) Err() error                 { return p.guard.Err() }
func (p *spaceCondition) CheckSize()                 { p.guard.CheckSize() }

// alloc claims space for a payload of n bytes, waiting for it unless ctx is nil. The caller has entered.
func (p *Producer) alloc(ctx context.Context, n uint64, extended bool) (ring.Claim, error) {
	if err := p.checkSize(n); err != nil {
		return ring.Claim{}, err
	}
	if err := p.free(); err != nil {
		return ring.Claim{}, err
	}
	for {
		c, err := p.ring.Alloc(n, extended)
		if err == nil {
			return c, nil
		}
		if err = p.publicError(err); err != ErrFull || ctx == nil {
			return c, err
		}
		if err := p.waitSpace(ctx); err != nil {
			return c, err
		}
	}
}

// free says what keeps the producer from sending anything else, or nil.
func (p *Producer) free() error {
	switch {
	case p.guard.Lent():
		return &BusyError{Role: RoleProducer, Why: "a reservation is open: commit or abort it first"}
	case p.streaming:
		return &BusyError{Role: RoleProducer, Why: "a message is being sent: its source must not send on the same producer"}
	}
	return nil
}

// checkSize refuses a payload above the maximum.
func (p *Producer) checkSize(n uint64) error {
	if limit := p.ring.MaxRecord(); n > limit {
		return &TooLargeError{Size: n, Limit: limit}
	}
	return nil
}

// publicError turns an engine's error into one of this package.
func (p *Producer) publicError(err error) error {
	if p.guard.Lost() {
		return ErrSegmentLost // whatever the indices read as
	}
	return publicError(err, p.seg.path)
}

// meta describes a record's type and version.
func meta(typ uint16, version uint8) ring.Meta { return ring.Meta{Type: typ, Version: version} }
