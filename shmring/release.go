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
	mem.Note(&c.ctl.Released, c.pos) // where a successor continues
	mem.Bump(&c.ctl.Records, records)
	mem.Bump(&c.ctl.Bytes, bytes)
	c.tidy()
	c.measure()
}

// tidy clears what was released once it is enough: in small pieces, while the lines are in the cache, which begin
// and end with a line. Head moves in larger steps, because each step costs a producer that waits for
// room a transfer of its line.
func (c *Consumer) tidy() {
	switch {
	case c.pos-c.clear < c.stride:
	case c.pos-c.head >= c.step:
		c.flush(c.pos)
	default:
		c.sweep(c.pos, c.pos&^(c.stride-1))
	}
}

// flush hands everything up to a released position to the producers now. The order is what a successor
// relies on:
//
//	ZeroingTo = to      dead: nothing cleared yet, the records are still whole
//	clear [head, to)    dead: a successor clears [head, ZeroingTo) again
//	Head = to           dead: done
func (c *Consumer) flush(to uint64) {
	if to != c.clear {
		c.sweep(to, to)
	}
	if to != c.head {
		c.handOver(to)
	}
}

// sweep clears [clear, until), bytes of records that end at or before to.
func (c *Consumer) sweep(to, until uint64) {
	mem.StoreBefore(&c.ctl.ZeroingTo, to) // before the clearing: pairs with the load in adoptTail
	c.zero(c.clear, until)
	c.clear = until
}

// handOver moves head over cleared bytes.
func (c *Consumer) handOver(to uint64) {
	// Head moves only here, so tail-head is at its largest just before.
	if used := mem.Load(&c.ctl.Tail) - c.head; used <= c.capacity && used > c.highWater {
		c.highWater = used
		mem.Note(&c.ctl.HighWater, used)
	}
	mem.Store(&c.ctl.Head, to) // after the clearing: pairs with loadHead
	c.head = to
	c.measure()
	if c.bell.pending() && c.bell.ring() {
		mem.Bump(&c.ctl.Wakes, 1)
	}
}
