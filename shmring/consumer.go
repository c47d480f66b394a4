package shmring

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Record is one delivered message.
type Record struct {
	// Payload is ring memory lent until Release (Next, TryNext, Drain, All), or what is to be sent. Its
	// capacity ends with it. A peer that breaks the rules can change it while it is lent: where the
	// peer is not trusted, use Recv.
	Payload []byte
	Type    uint16 // as given by the sender; 0 if it gave none
	Version uint8  // of that type
	// Producer and Generation identify the sender: its slot, and which of the slot's successive owners.
	Producer   uint16
	Generation uint16
	more       bool
}

// Consumer is the receiving end of a ring. It belongs to one goroutine at a time. Close may be called
// from anywhere.
//
// Every receiving call has two tiers: Recv copies the payload out, Next lends it in place until Release.
// What was released is remembered in the segment, so that a successor, after a crash too, continues
// right after it: every record is delivered at least once, and twice only if it had not been released.
type Consumer struct {
	handle
	ring
	pos      uint64 // next record to deliver
	released uint64 // everything below has been given back by the user
	head     uint64 // everything below is clear and belongs to producers
	step     uint64 // give memory back in steps of at least this many bytes
	records  uint64 // released, ever
	bytes    uint64
	lentRecs uint64 // delivered by Next, not released yet
	lentSize uint64
	data     waiter
	bell     bell // the producers'
	own      *layout.Slot
	recoveries
	ending
	vigil vigil
}

// TryRecv copies the next record's payload to dst[:0], growing it if needed, and releases the record.
// [ErrEmpty] if there is none now. The result does not alias the ring.
//
// Errors: ErrEmpty, io.EOF after the last producer closed and the ring is drained, [PeerDiedError] where it
// died instead, ErrClosed, ErrSegmentLost, [CorruptError].
func (c *Consumer) TryRecv(dst []byte) ([]byte, error) { return c.receive(dst, false) }

// Recv is [Consumer.TryRecv] that waits for a record, until ctx ends. A call that need not wait may
// succeed although ctx has ended.
func (c *Consumer) Recv(ctx context.Context, dst []byte) ([]byte, error) {
	out, err := c.receive(dst, true)
	for err != nil && errors.Is(err, ErrEmpty) {
		if err = c.await(ctx); err == nil {
			out, err = c.receive(dst, true)
		}
	}
	return out, err
}

// receive is one attempt. Where the caller is ready to wait, a zero header is not looked into: the wait
// does that, and the hand-over of released memory, once it has lasted.
func (c *Consumer) receive(dst []byte, patient bool) ([]byte, error) {
	if !c.enter() {
		return dst, c.refuse()
	}
	pos := c.pos
	w := layout.Word(mem.Load(c.word(pos))) // acquire: pairs with the store that published the record
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if w&^ownerBits != layout.Word(layout.Committed)<<62|layout.Word(n) || c.lentRecs != 0 || c.checksum ||
		total > c.room(pos) || total > c.head+c.capacity-pos {
		err := ErrEmpty
		if w != 0 || !patient || c.changed() {
			dst, err = c.receiveSlow(dst)
		}
		c.leave()
		return dst, err
	}
	dst = append(dst[:0], c.span(pos+layout.WordSize, n)...)
	c.pos = pos + total
	c.release(1, n)
	err := error(nil)
	if mem.Load32(c.lost) != 0 { // the copy may be of memory that vanished
		err = ErrSegmentLost
	}
	c.leave()
	return dst, err
}

// ownerBits are slot and generation of a word.
const ownerBits = layout.Word(1)<<62 - 1<<40

func (c *Consumer) receiveSlow(dst []byte) ([]byte, error) {
	r, total, err := c.find()
	if err != nil {
		return dst, err
	}
	dst = append(dst[:0], r.Payload...)
	if err := c.take(total, dst, r); err != nil {
		return dst[:0], err
	}
	if c.lentRecs == 0 {
		c.release(1, uint64(len(dst)))
	} else { // older records are lent: this one goes back with them
		c.lentRecs++
		c.lentSize += uint64(len(dst))
	}
	return dst, nil
}

// TryNext lends the next record. [ErrEmpty] if there is none now. Errors as [Consumer.TryRecv]; and
// [ErrFull] when records lent earlier fill the whole ring, so that none can come before a Release.
func (c *Consumer) TryNext() (Record, error) { return c.borrow(false) }

// Next is [Consumer.TryNext] that waits for a record, until ctx ends.
func (c *Consumer) Next(ctx context.Context) (Record, error) {
	r, err := c.borrow(true)
	for err != nil && errors.Is(err, ErrEmpty) {
		if err = c.await(ctx); err == nil {
			r, err = c.borrow(true)
		}
	}
	return r, err
}

// borrow is one attempt of Next; see receive.
func (c *Consumer) borrow(patient bool) (Record, error) {
	if !c.enter() {
		return Record{}, c.refuse()
	}
	if patient && mem.Load(c.word(c.pos)) == 0 && !c.changed() {
		c.leave()
		return Record{}, ErrEmpty
	}
	r, total, err := c.find()
	if err == nil {
		if err = c.take(total, r.Payload, r); err == nil {
			c.lentRecs++
			c.lentSize += uint64(len(r.Payload))
			mem.Note32(&c.lent, 1)
		}
	}
	c.leave()
	if err != nil {
		return Record{}, err
	}
	return r.Record, nil
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
	c.settle()
}

// Drain passes up to max records, or all there are for max ≤ 0, to fn and releases them together. It never
// waits. It stops early when fn returns an error, which it returns; the record that fn failed on counts as
// delivered. n is the number of records passed. Payloads are valid inside fn only.
//
// An empty ring is not an error: n is 0. The end of the stream is, as in [Consumer.TryRecv], when n is 0.
func (c *Consumer) Drain(max int, fn func(Record) error) (n int, err error) {
	defer c.Release()
	for max <= 0 || n < max {
		r, err := c.TryNext()
		if err != nil {
			if errors.Is(err, ErrEmpty) || n > 0 && (errors.Is(err, ErrFull) || final(err)) {
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

// Close detaches: the next consumer continues after the last released record. It unblocks a call that
// waits in another goroutine, which returns ErrClosed. While records are lent, they stay valid, and slot
// and memory stay until Release, which finishes the job.
func (c *Consumer) Close() error { return c.close() }
