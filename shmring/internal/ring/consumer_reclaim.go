package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// What the user gave back is zeroed and handed to the producers, in pieces and steps. Zero is what makes a header
// word say "nothing here yet" a lap later, and it hands the cache lines back in a state that the producer writes fast.

// Lent reports whether any records are lent.
func (c *Consumer) Lent() bool { return c.lentRecords != 0 }

// LentFrom returns the position of the oldest lent record.
func (c *Consumer) LentFrom() uint64 { return c.lentFrom }

// StepLent steps over a record of total ring bytes and n bytes of payload and counts it as lent.
func (c *Consumer) StepLent(total, n uint64) {
	if c.lentRecords == 0 {
		c.lentFrom = c.pos
	}
	c.pos += total
	c.lentRecords++
	c.lentBytes += n
}

// StepReleased steps over a plain record with n bytes of payload that was copied out, to pos, while nothing is lent, and
// reports whether enough was released that Reclaim must follow. A successor continues at pos.
func (c *Consumer) StepReleased(pos, n uint64) (reclaim bool) {
	c.pos = pos
	ctl := c.ctl
	mem.StoreRelaxed(&ctl.Released, pos)
	mem.AddOwned(&ctl.Records, 1)
	mem.AddOwned(&ctl.Bytes, n)
	return pos-c.zeroed >= c.zeroStep
}

// StepCopied steps over the record whose header is w, which was copied out: it is released, or with the lent ones
// before it.
func (c *Consumer) StepCopied(w layout.Word) {
	c.Step(w)
	if n := uint64(w.Length()); c.lentRecords == 0 {
		c.release(1, n)
	} else {
		c.lentRecords++
		c.lentBytes += n
	}
}

// ReleaseLent gives all lent records back.
func (c *Consumer) ReleaseLent() {
	n, size := c.lentRecords, c.lentBytes
	c.lentRecords, c.lentBytes = 0, 0
	c.release(n, size)
	c.ackEOF()
}

// Released returns the position below which the user has given everything back.
func (c *Consumer) Released() uint64 {
	if c.lentRecords != 0 {
		return c.lentFrom
	}
	return c.pos
}

// release gives everything up to c.pos back: records and bytes are what is new.
func (c *Consumer) release(records, bytes uint64) {
	mem.StoreRelaxed(&c.ctl.Released, c.pos) // where a successor continues
	mem.AddOwned(&c.ctl.Records, records)
	mem.AddOwned(&c.ctl.Bytes, bytes)
	c.Reclaim()
	c.updateFastPath()
}

// Reclaim zeroes what was released once it is enough: in small pieces, while the lines are in the cache, which begin
// and end with a line. Head moves in larger steps, because each step costs a producer that waits for
// space a transfer of its line. Nothing may be lent.
func (c *Consumer) Reclaim() {
	switch {
	case c.pos-c.zeroed < c.zeroStep:
	case c.pos-c.head >= c.headStep:
		c.flush(c.pos)
	default:
		c.zeroTo(c.pos, c.pos&^(c.zeroStep-1))
	}
}

// flush hands everything up to a released position to the producers now. The order is what a successor
// relies on:
//
//	ZeroingTo = to      dead: nothing zeroed yet, the records are still whole
//	zero [head, to)     dead: a successor zeroes [head, ZeroingTo) again
//	Head = to           dead: done
func (c *Consumer) flush(to uint64) {
	if to != c.zeroed {
		c.zeroTo(to, to)
	}
	if to != c.head {
		c.publishHead(to)
	}
}

// zeroTo zeroes [zeroed, until), bytes of records that end at or before to.
func (c *Consumer) zeroTo(to, until uint64) {
	mem.StoreThenFence(&c.ctl.ZeroingTo, to) // before the zeroing: pairs with the load in recoverTail
	c.zero(c.zeroed, until)
	c.zeroed = until
}

// publishHead moves head over zeroed bytes.
func (c *Consumer) publishHead(to uint64) {
	// Head moves only here, so tail-head is at its largest just before.
	if used := mem.Load(&c.ctl.Tail) - c.head; used <= c.capacity && used > c.highWater {
		c.highWater = used
		mem.StoreRelaxed(&c.ctl.HighWater, used)
	}
	mem.Store(&c.ctl.Head, to) // after the zeroing: pairs with loadHead
	c.head = to
	c.updateFastPath()
	if c.spaceBell.Pending() && c.spaceBell.Notify() {
		mem.AddOwned(&c.ctl.Wakes, 1)
	}
}
