package shmring

import (
	"github.com/shmring/ipc/shmring/internal/mem"
)

// What the user gave back is cleared and handed to the producers, in pieces and steps.

// released is the position below which the user has given everything back.
func (c *Consumer) released() uint64 {
	if c.lentRecs != 0 {
		return c.lentFrom
	}
	return c.pos
}

// release gives everything up to c.pos back: records and bytes are what is new.
func (c *Consumer) release(records, bytes uint64) {
	mem.StoreRelaxed(&c.ctl.Released, c.pos) // where a successor continues
	mem.AddOwned(&c.ctl.Records, records)
	mem.AddOwned(&c.ctl.Bytes, bytes)
	c.reclaim()
	c.updateFastPath()
}

// tidy clears what was released once it is enough: in small pieces, while the lines are in the cache, which begin
// and end with a line. Head moves in larger steps, because each step costs a producer that waits for
// room a transfer of its line.
func (c *Consumer) reclaim() {
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
//	ZeroingTo = to      dead: nothing cleared yet, the records are still whole
//	clear [head, to)    dead: a successor clears [head, ZeroingTo) again
//	Head = to           dead: done
func (c *Consumer) flush(to uint64) {
	if to != c.zeroed {
		c.zeroTo(to, to)
	}
	if to != c.head {
		c.publishHead(to)
	}
}

// sweep clears [clear, until), bytes of records that end at or before to.
func (c *Consumer) zeroTo(to, until uint64) {
	mem.StoreThenFence(&c.ctl.ZeroingTo, to) // before the clearing: pairs with the load in recoverTail
	c.zero(c.zeroed, until)
	c.zeroed = until
}

// publishHead moves head over cleared bytes.
func (c *Consumer) publishHead(to uint64) {
	// Head moves only here, so tail-head is at its largest just before.
	if used := mem.Load(&c.ctl.Tail) - c.head; used <= c.capacity && used > c.highWater {
		c.highWater = used
		mem.StoreRelaxed(&c.ctl.HighWater, used)
	}
	mem.Store(&c.ctl.Head, to) // after the clearing: pairs with loadHead
	c.head = to
	c.updateFastPath()
	if c.doorbell.pending() && c.doorbell.notify() {
		mem.AddOwned(&c.ctl.Wakes, 1)
	}
}
