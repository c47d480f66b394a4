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
	// More says that the record is a piece of a larger message (see [Producer.SendFrom]) and that the next
	// record of the same Producer and Generation continues it; Continued, that it continues the last.
	More, Continued bool
}

// Consumer is the receiving end of a ring. It belongs to one goroutine at a time. Close may be called
// from anywhere.
//
// Every receiving call has two tiers: Recv copies the payload out, Next lends it in place until Release.
// What was released is remembered in the segment, so that a successor, after a crash too, continues
// right after it: every record is delivered at least once, and twice only if it had not been released.
// Recv releases a record before it returns it: a crash between that and its use loses the record. Where
// that matters, take it with Next and release it when its effect is safe.
type Consumer struct {
	handle
	pos    uint64 // next record to deliver
	reach  uint64 // the short ways go up to here; never below pos, and at pos they are closed
	clear  uint64 // everything below is zero
	stride uint64 // clear in pieces of this many bytes, a power of two, or multiples of it
	ring
	lentRecs uint64 // delivered by Next, not released yet
	lentSize uint64 // their payload bytes
	lentFrom uint64 // position of the first
	head     uint64 // everything below belongs to producers
	step     uint64 // give memory back in steps of at least this many bytes
	data     waiter
	bell     bell // the producers'
	own      *layout.Slot
	recoveries
	ending
	vigil  vigil
	framed bool // of a connection: Recv refuses records with a type
}

// TryRecv copies the next record's payload to dst[:0], growing it if needed, and releases the record, which
// no successor gets then: see [Consumer]. Behind records that are lent it stays until their Release.
// [ErrEmpty] if there is none now. The result does not alias the ring.
//
// Errors: ErrEmpty, io.EOF after the last producer closed and the ring is drained, [PeerDiedError] where it
// died instead, ErrClosed, ErrSegmentLost, [CorruptError].
func (c *Consumer) TryRecv(dst []byte) ([]byte, error) { return c.receive(noWait, dst) }

// Recv is [Consumer.TryRecv] that waits for a record, until ctx ends. A call that need not wait may
// succeed although ctx has ended.
func (c *Consumer) Recv(ctx context.Context, dst []byte) ([]byte, error) { return c.receive(ctx, dst) }

// receive has a short way for the common case: a plain record, dst large enough, and nothing lent. Like Producer.send
// it leaves everything else to others. ctx is nil where the caller does not wait.
func (c *Consumer) receive(ctx context.Context, dst []byte) ([]byte, error) {
	if !c.start() {
		return dst, c.refuse()
	}
	pos := c.pos
	at := c.at(pos)
	// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
	w := layout.Word(mem.Load(at.word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if total > c.reach-pos || !plain(w, n) || n > uint64(cap(dst)) || c.lentRecs != 0 {
		return c.receiveSoon(ctx, dst, w)
	}
	switch {
	case n < 8 || n > mem.Inline:
		dst = dst[:n]
		mem.CopyOut(dst, at.payload(n))
	case n >= 32:
		dst = dst[:n]
		mem.Copy32(pointer(dst), at.start(), n)
	case n >= 16:
		dst = dst[:n]
		mem.Copy16(pointer(dst), at.start(), n)
	default:
		dst = dst[:n]
		mem.Copy8(pointer(dst), at.start(), n)
	}
	pos += total
	c.pos = pos
	ctl := c.ctl
	mem.Note(&ctl.Released, pos) // where a successor continues
	mem.Bump(&ctl.Records, 1)
	mem.Bump(&ctl.Bytes, n)
	if pos-c.clear >= c.stride || c.lost() {
		return c.received(dst)
	}
	c.leave()
	return dst, nil
}

// received ends the short way through receive where there is more to do.
func (c *Consumer) received(dst []byte) ([]byte, error) {
	c.tidy()
	err := c.afterLoss()
	c.leave()
	return dst, err
}

// receiveSoon waits for a record, if it is a wait that is missing, and tries the short way again.
func (c *Consumer) receiveSoon(ctx context.Context, dst []byte, w layout.Word) ([]byte, error) {
	for ctx != nil && !finished(w) && !c.changed() {
		if !c.sight() {
			if err := c.await(ctx); err != nil {
				c.leave()
				return dst, err
			}
		}
		got, err := c.receive(noWait, dst)
		if err != ErrEmpty {
			return got, err
		}
		if err := c.enter(); err != nil {
			return dst, err
		}
		w = layout.Word(mem.Load(c.word(c.pos)))
	}
	return c.receiveSlow(ctx, dst)
}

// sight looks for a record where there was none yet, as long as a round trip between near processors takes.
func (c *Consumer) sight() bool {
	if !c.data.eager {
		return false
	}
	c.data.keepDistance()
	word := c.word(c.pos)
	for i := range eagerRounds {
		if finished(layout.Word(mem.Load(word))) {
			c.data.looks = i
			return true
		}
	}
	c.data.looks = eagerRounds
	return false
}

// plain reports whether w is a committed record of n bytes without flags, whoever sent it.
func plain(w layout.Word, n uint64) bool {
	const owner = layout.Word(1)<<62 - 1<<40
	return w&^owner == layout.Word(layout.Committed)<<62|layout.Word(n)
}

// receiveSlow is the general way. The caller has entered; receiveSlow leaves.
func (c *Consumer) receiveSlow(ctx context.Context, dst []byte) ([]byte, error) {
	r, err := c.next(ctx, func(r found) error {
		if c.framed && (r.More || r.Continued || r.Type != 0) {
			return errPiece
		} else if r.More || r.Continued {
			return &FragmentError{Size: len(r.Payload), More: r.More, Continued: r.Continued}
		}
		dst = mem.Append(dst[:0], r.Payload)
		r.Payload = dst
		return c.verify(r)
	})
	if err == nil {
		if c.lentRecs == 0 {
			c.release(1, uint64(len(dst)))
		} else { // older records are lent: this one goes back with them
			c.lentRecs++
			c.lentSize += uint64(len(r.Payload))
		}
	}
	c.leave()
	return dst, err
}

// TryNext lends the next record. [ErrEmpty] if there is none now. Errors as [Consumer.TryRecv]; and
// [ErrFull] when records lent earlier fill the whole ring, so that none can come before a Release.
func (c *Consumer) TryNext() (Record, error) { return c.borrow(noWait) }

// Next is [Consumer.TryNext] that waits for a record, until ctx ends.
func (c *Consumer) Next(ctx context.Context) (Record, error) { return c.borrow(ctx) }

// borrow has the same short way as receive.
func (c *Consumer) borrow(ctx context.Context) (r Record, err error) {
	if !c.start() {
		return r, c.refuse()
	}
	pos := c.pos
	at := c.at(pos)
	// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
	w := layout.Word(mem.Load(at.word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if total > c.reach-pos || !plain(w, n) {
		return c.borrowSoon(ctx, w)
	}
	r.Payload = at.payload(n)
	r.Producer, r.Generation = uint16(w.Slot()), uint16(w.Generation())
	c.lend(pos+total, total, n)
	if c.lost() {
		c.leave()
		return Record{}, ErrSegmentLost
	}
	c.leave()
	return r, nil
}

// borrowSoon is to borrow what receiveSoon is to receive.
func (c *Consumer) borrowSoon(ctx context.Context, w layout.Word) (Record, error) {
	for ctx != nil && !finished(w) && !c.changed() {
		if !c.sight() {
			if err := c.await(ctx); err != nil {
				c.leave()
				return Record{}, err
			}
		}
		r, err := c.borrow(noWait)
		if err != ErrEmpty {
			return r, err
		}
		if err := c.enter(); err != nil {
			return r, err
		}
		w = layout.Word(mem.Load(c.word(c.pos)))
	}
	return c.borrowSlow(ctx)
}

// borrowSlow is the general way. The caller has entered; borrowSlow leaves.
func (c *Consumer) borrowSlow(ctx context.Context) (Record, error) {
	f, err := c.next(ctx, c.verify)
	if err == nil {
		c.lend(c.pos, f.word.Total(), uint64(len(f.Payload)))
	}
	c.leave()
	return f.Record, err
}

// lend counts a delivered record of total ring bytes, which ends at pos, as lent.
func (c *Consumer) lend(pos, total, size uint64) {
	if c.lentRecs == 0 {
		c.lentFrom = pos - total
		mem.Note32(&c.lent, 1)
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
	c.seeOff()
	c.settle()
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

// drain is the short way through Drain: it passes plain records on as long as there are any, up to max. From the
// first on the memory is lent, and needs no announcement of each call, as long as fn does not give it back.
func (c *Consumer) drain(max int, fn func(Record) error) (n int, err error) {
	for open := c.start(); open && n != max && !c.lost(); open = !c.closing() && c.lentRecs != 0 {
		pos := c.pos
		at := c.at(pos)
		// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
		w := layout.Word(mem.Load(at.word()))
		size := uint64(w.Length())
		total := layout.RecordSize(layout.WordSize, size)
		if total > c.reach-pos || !plain(w, size) {
			break
		}
		c.lend(pos+total, total, size)
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

// Close detaches: the next consumer continues after the last released record. It unblocks a call that
// waits in another goroutine, which returns ErrClosed. While records are lent, they stay valid, and slot
// and memory stay until Release, which finishes the job.
func (c *Consumer) Close() error { return c.close() }
