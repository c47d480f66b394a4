package shmring

import (
	"context"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
)

// TryNext lends the next record. [ErrEmpty] if there is none now. Errors as [Consumer.TryRecv]; and
// [ErrFull] when records lent earlier fill the whole ring, so that none can come before a Release.
func (c *Consumer) TryNext() (Record, error) { return c.lendNext(noWait) }

// Next is [Consumer.TryNext] that waits for a record, until ctx ends.
func (c *Consumer) Next(ctx context.Context) (Record, error) { return c.lendNext(ctx) }

// lendNext has the same fast path as recv.
func (c *Consumer) lendNext(ctx context.Context) (r Record, err error) {
	if !c.guard.Start() {
		return r, c.guard.Refuse()
	}
	pos := c.ring.Position()
	at := c.ring.Ref(pos)
	// Acquire: pairs with the stores that publish a record, in the engine's producer_*.go.
	w := layout.Word(mem.Load(at.Word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if !c.ring.Fast(pos, w, n, total) {
		return c.lendSlow(ctx, w)
	}
	r.Payload = at.Payload(n)
	r.Producer, r.Generation = uint16(w.Slot()), uint16(w.Generation())
	c.stepLent(total, n)
	if c.guard.Lost() {
		c.guard.Leave()
		return Record{}, ErrSegmentLost
	}
	c.guard.Leave()
	return r, nil
}

// lendSlow is lendNext where the fast path is closed; w is the next header. The caller has entered; lendSlow leaves.
func (c *Consumer) lendSlow(ctx context.Context, w layout.Word) (r Record, err error) {
	done, err := c.waitFast(ctx, w, func() (err error) {
		r, err = c.lendNext(noWait)
		return err
	})
	if !done {
		r, err = c.lendIf(ctx, func(f ring.Found) error { return c.verify(f, f.Payload) })
		c.guard.Leave()
	}
	return r, err
}

// lendIf lends the next record if accept agrees; see next.
func (c *Consumer) lendIf(ctx context.Context, accept func(ring.Found) error) (r Record, err error) {
	err = c.next(ctx, accept, func(f ring.Found) {
		r = newRecord(f)
		c.stepLent(f.Word.Total(), uint64(len(r.Payload)))
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// stepLent steps over a record and counts it as lent.
func (c *Consumer) stepLent(total, n uint64) {
	if !c.ring.Lent() {
		c.guard.Lend()
	}
	c.ring.StepLent(total, n)
}

// Release gives back every record that Next and TryNext returned so far; their payloads are invalid from
// here on.
func (c *Consumer) Release() {
	if !c.ring.Lent() {
		return
	}
	c.guard.Enter() // the memory outlives Close until TakeBack
	c.ring.ReleaseLent()
	c.guard.TakeBack()
}
