package shmring

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The lending tier of receiving.

// TryNext lends the next record. [ErrEmpty] if there is none now. Errors as [Consumer.TryRecv]; and
// [ErrFull] when records lent earlier fill the whole ring, so that none can come before a Release.
func (c *Consumer) TryNext() (Record, error) { return c.lendNext(noWait) }

// Next is [Consumer.TryNext] that waits for a record, until ctx ends.
func (c *Consumer) Next(ctx context.Context) (Record, error) { return c.lendNext(ctx) }

// borrow has the same fast path as receive.
func (c *Consumer) lendNext(ctx context.Context) (r Record, err error) {
	if !c.start() {
		return r, c.refuseCall()
	}
	pos := c.pos
	at := c.ref(pos)
	// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
	w := layout.Word(mem.Load(at.word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if total > c.fastLimit-pos || !plain(w, n) {
		return c.lendWait(ctx, w)
	}
	r.Payload = at.payload(n)
	r.Producer, r.Generation = uint16(w.Slot()), uint16(w.Generation())
	c.countLent(pos+total, total, n)
	if c.lost() {
		c.leave()
		return Record{}, ErrSegmentLost
	}
	c.leave()
	return r, nil
}

// borrowSoon is to borrow what recvWait is to receive.
func (c *Consumer) lendWait(ctx context.Context, w layout.Word) (Record, error) {
	for ctx != nil && !finished(w) && !c.changed() {
		if !c.pollEager() {
			if err := c.waitRecord(ctx); err != nil {
				c.leave()
				return Record{}, err
			}
		}
		r, err := c.lendNext(noWait)
		if err != ErrEmpty {
			return r, err
		}
		if err := c.enter(); err != nil {
			return r, err
		}
		w = layout.Word(mem.Load(c.word(c.pos)))
	}
	return c.lendSlow(ctx)
}

// borrowSlow is the slow path. The caller has entered; borrowSlow leaves.
func (c *Consumer) lendSlow(ctx context.Context) (Record, error) {
	f, err := c.next(ctx, c.verify)
	if err == nil {
		c.countLent(c.pos, f.word.Total(), uint64(len(f.Payload)))
	}
	c.leave()
	return f.Record, err
}

// lend counts a delivered record of total ring bytes, which ends at pos, as lent.
func (c *Consumer) countLent(pos, total, size uint64) {
	if c.lentRecs == 0 {
		c.lentFrom = pos - total
		mem.StoreRelaxed32(&c.lent, 1)
	}
	c.pos = pos
	c.lentRecs++
	c.lentSize += size
}

// Release gives back every record that Next and TryNext returned so far; their payloads are invalid from
// here on.
func (c *Consumer) Release() {
	if c.lentRecs == 0 {
		return
	}
	c.enter() // the memory outlives Close until settle
	n, size := c.lentRecs, c.lentSize
	c.lentRecs, c.lentSize = 0, 0
	c.release(n, size)
	c.ackEOF()
	c.returnLent()
}

// Drain passes up to max records, or all there are for max ≤ 0, to fn and releases them together. It never
// waits. It stops early when fn returns an error, which it returns; the record that fn failed on counts as
// delivered. n is the number of records passed. Payloads are valid inside fn only.
//
// An empty ring is not an error: n is 0. The end of the stream is, as in [Consumer.TryRecv], when n is 0.
func (c *Consumer) Drain(max int, fn func(Record) error) (n int, err error) {
	defer c.Release()
	if max <= 0 {
		max = math.MaxInt
	}
	for n < max {
		passed, err := c.drain(max-n, fn)
		if n += passed; err != nil || n == max {
			return n, err
		}
		r, err := c.TryNext()
		if err != nil {
			if errors.Is(err, ErrEmpty) || n > 0 && (errors.Is(err, ErrFull) || endOfStream(err)) {
				return n, nil
			}
			return n, err
		}
		n++
		if err := fn(r); err != nil {
			return n, err
		}
	}
	return n, nil
}

// drain is the fast path through Drain: it passes plain records on as long as there are any, up to max. From the
// first on the memory is lent, and needs no announcement of each call, as long as fn does not give it back.
func (c *Consumer) drain(max int, fn func(Record) error) (n int, err error) {
	for open := c.start(); open && n != max && !c.lost(); open = !c.closing() && c.lentRecs != 0 {
		pos := c.pos
		at := c.ref(pos)
		// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
		w := layout.Word(mem.Load(at.word()))
		size := uint64(w.Length())
		total := layout.RecordSize(layout.WordSize, size)
		if total > c.fastLimit-pos || !plain(w, size) {
			break
		}
		c.countLent(pos+total, total, size)
		if n++; n == 1 {
			c.leave()
		}
		r := Record{Payload: at.payload(size), Producer: uint16(w.Slot()), Generation: uint16(w.Generation())}
		if err = fn(r); err != nil {
			return n, err
		}
	}
	if n == 0 {
		c.leave()
	}
	return n, nil
}

// All iterates over the records as they come, waiting for each, and releases each one before the next.
// It ends after io.EOF without yielding it; any other error is yielded once, with an empty record, and
// ends the iteration. Leaving the loop early is clean: the record of that step counts as released.
func (c *Consumer) All(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			r, err := c.Next(ctx)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			more := func() bool {
				defer c.Release() // also when the loop's body panics
				return yield(r, nil)
			}()
			if !more {
				return
			}
		}
	}
}
