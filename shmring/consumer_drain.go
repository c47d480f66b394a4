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
		passed, err := c.drainFast(max-n, fn)
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

// drainFast passes plain records on as long as there are any, up to max. From the first on the memory is lent, and needs
// no announcement of each call, as long as fn does not give it back.
func (c *Consumer) drainFast(max int, fn func(Record) error) (n int, err error) {
	for open := c.guard.Start(); open && n != max && !c.guard.Lost(); open = !c.guard.Closing() && c.ring.Lent() {
		pos := c.ring.Position()
		at := c.ring.Ref(pos)
		// Acquire: pairs with the stores that publish a record, in the engine's producer_*.go.
		w := layout.Word(mem.Load(at.Word()))
		size := uint64(w.Length())
		total := layout.RecordSize(layout.WordSize, size)
		if !c.ring.Fast(pos, w, size, total) {
			break
		}
		c.stepLent(total, size)
		if n++; n == 1 {
			c.guard.Leave()
		}
		r := Record{Payload: at.Payload(size), Producer: uint16(w.Slot()), Generation: uint16(w.Generation())}
		if err = fn(r); err != nil {
			return n, err
		}
	}
	if n == 0 {
		c.guard.Leave()
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
