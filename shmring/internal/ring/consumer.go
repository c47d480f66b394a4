package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Consumer is the engine's receiving end: the next record, what is lent, and what must be given back. It belongs to
// one goroutine at a time.
type Consumer struct {
	pos       uint64 // next record to deliver
	fastLimit uint64 // the fast paths go up to here; never below pos, and at pos they are closed
	zeroed    uint64 // everything below is zero
	zeroStep  uint64 // zero in pieces of this many bytes, a power of two, or multiples of it
	Ring
	lentRecords uint64 // delivered by Lend, not released yet
	lentBytes   uint64 // their payload
	lentFrom    uint64 // position of the first
	head        uint64 // everything below belongs to producers
	headStep    uint64 // give memory back in steps of at least this many bytes
	index       uint32 // of the own slot
	counters
	eof
	repairs
	poison     error // what every look returns after a violation
	blocked    bool  // a living producer has not finished what lies at pos
	unfinished bool  // the last look ended before it knew whether there is a record
}

// counters are those that only the consumer writes.
type counters struct {
	recovered uint64
	corrupted uint64
	highWater uint64
}

const (
	// stepsPerLap: head moves in steps of capacity / stepsPerLap. Small steps cost the producers a miss
	// each, large ones leave them less space.
	stepsPerLap = 8
	// maxZeroStep is how many bytes are zeroed at a time, at the least.
	maxZeroStep = 4096
)

// resume finds where the last owner stopped and finishes a zeroing that it did not.
func (c *Consumer) resume() error {
	head, zeroing, released := mem.Load(&c.ctl.Head), mem.Load(&c.ctl.ZeroingTo), mem.Load(&c.ctl.Released)
	if head%layout.WordSize != 0 || zeroing%layout.WordSize != 0 || released%layout.WordSize != 0 ||
		zeroing > head && zeroing-head > c.capacity || released > head && released-head > c.capacity {
		return c.violation(head, zeroing, "head, zeroing mark and release mark contradict each other", nil)
	}
	c.head, c.zeroed = head, head
	c.pos = max(head, zeroing, released)
	c.headStep = c.capacity / stepsPerLap
	c.zeroStep = min(c.headStep, maxZeroStep)
	if zeroing > head {
		c.flush(zeroing)
	}
	c.updateFastPath()
	return nil
}

// Detach hands the memory of everything that was released to the producers and gives the slot up, in the last call
// on c.
func (c *Consumer) Detach() {
	c.flush(c.Released())
	c.slots.free(c.index)
}

// Position returns where the next record is to be delivered.
func (c *Consumer) Position() uint64 { return c.pos }

// Blocked reports whether the last look found that a living producer has not finished what lies next.
func (c *Consumer) Blocked() bool { return c.blocked }

// Unfinished reports that the last look ended before it knew whether there is a record.
func (c *Consumer) Unfinished() bool { return c.unfinished }

// Changed reports that somebody came or went since the last thorough look.
func (c *Consumer) Changed() bool { return mem.Load(&c.ctl.Changes) != c.changes }

// Header loads the next record's header word. Acquire: pairs with the stores that publish a record.
func (c *Consumer) Header() layout.Word { return layout.Word(mem.Load(c.Word(c.pos))) }

// HeaderAddr returns where that word is.
func (c *Consumer) HeaderAddr() *uint64 { return c.Word(c.pos) }

// Ready takes a cheap look: it reports whether the next header is finished, or somebody came or went, or the last look did
// not get to its end.
func (c *Consumer) Ready() bool { return Finished(c.Header()) || c.Changed() || c.unfinished }

// Finished reports whether w is committed or a pad: the two states with the highest bit.
func Finished(w layout.Word) bool { return int64(w) < 0 }

// Fast reports whether w, the header at pos, the next record's position, is that of a plain record of n bytes of payload,
// total in the ring, that the fast paths may take: committed, without flags, whoever sent it, and within known bounds.
func (c *Consumer) Fast(pos uint64, w layout.Word, n, total uint64) bool {
	const owner = layout.Word(1)<<62 - 1<<40
	return total <= c.fastLimit-pos && w&^owner == layout.Word(layout.Committed)<<62|layout.Word(n)
}

// updateFastPath works out how far the fast paths may go: nowhere where records carry checksums, or after a violation.
func (c *Consumer) updateFastPath() {
	c.fastLimit = c.pos
	if !c.checksum && c.poison == nil {
		c.fastLimit += min(c.ToEnd(c.pos), c.head+c.capacity-c.pos, maxChunk)
	}
}
