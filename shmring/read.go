package shmring

import (
	"context"
	"fmt"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// found is a record in the ring, validated, not yet counted as delivered.
type found struct {
	Record
	word layout.Word
	ext  layout.Extension
}

// find looks for the record at c.pos, skipping pads and repairing what dead producers left, and returns it
// with its length in the ring. It does not wait: ErrEmpty if there is none. Its work is bounded by one lap
// of the ring, whatever a peer writes meanwhile.
func (c *Consumer) find() (r found, total uint64, err error) {
	c.unblock()
	for end := c.pos + c.capacity; ; {
		left := c.head + c.capacity - c.pos
		if left == 0 { // the word here is the oldest record that still lies in the ring
			if c.released == c.head {
				return r, 0, errAllLent
			}
			c.flush()
			continue
		}
		// Acquire: pairs with the header stores in claim.go, spsc.go and mpsc.go.
		w := layout.Word(mem.Load(c.word(c.pos)))
		if w.State() == layout.Free {
			again, err := c.closeGap()
			if again && c.pos < end {
				continue
			}
			if err == nil {
				err = c.empty()
			}
			if err == errAgain && c.pos < end {
				continue
			}
			return r, 0, orEmpty(err)
		}
		if err := w.Validate(min(c.room(c.pos), left), uint32(len(c.slots))); err != nil {
			return r, 0, c.violated(w, err)
		}
		switch w.State() {
		case layout.Committed:
			return c.decode(w), w.Total(), nil
		case layout.Claimed:
			again, err := c.closeClaim(w)
			if err != nil || !again || c.pos >= end {
				return r, 0, orEmpty(err)
			}
		case layout.Pad:
			if c.pos >= end {
				return r, 0, ErrEmpty
			}
			c.pos += w.Total()
			if c.lentRecs == 0 {
				c.release(0, 0)
			}
		}
	}
}

func orEmpty(err error) error {
	if err == nil || err == errAgain {
		return ErrEmpty
	}
	return err
}

// decode builds the record for a committed, validated word at c.pos.
func (c *Consumer) decode(w layout.Word) found {
	r := found{word: w, Record: Record{
		Payload:  c.span(c.pos+w.HeaderSize(), uint64(w.Length())),
		Producer: uint16(w.Slot()), Generation: uint16(w.Generation()),
		more: w.Flags()&layout.FlagMore != 0,
	}}
	if w.Flags()&layout.FlagExtension != 0 {
		r.ext = layout.Extension(mem.Load(c.word(c.pos + layout.WordSize)))
		r.Type, r.Version = r.ext.Type(), r.ext.Version()
	}
	return r
}

// take counts the found record as delivered and checks payload, which is the record's or a copy of it. A
// record with a wrong checksum is skipped: the ones behind it are still good.
func (c *Consumer) take(total uint64, payload []byte, r found) error {
	pos := c.pos
	c.pos += total
	if mem.Load32(c.lost) != 0 {
		return ErrSegmentLost
	}
	if r.word.Flags()&layout.FlagChecksum != 0 || c.checksum {
		if sum := checksum(payload); sum != r.ext.Checksum() || r.word.Flags()&layout.FlagChecksum == 0 {
			c.countCorrupt()
			if c.lentRecs == 0 {
				c.release(0, 0)
			}
			return c.corrupt(pos, uint64(r.word), "the payload does not match its checksum", nil)
		}
	}
	return nil
}

// violated poisons the consumer: after a word that no correct peer writes, no position can be trusted.
func (c *Consumer) violated(w layout.Word, err error) error {
	if c.poison == nil {
		c.poison = c.corrupt(c.pos, uint64(w), "", err)
		c.countCorrupt()
	}
	return c.poison
}

// release gives everything up to c.pos back: records and bytes are what is new.
func (c *Consumer) release(records, bytes uint64) {
	c.released = c.pos
	c.records += records
	c.bytes += bytes
	mem.Note(&c.ctl.Released, c.pos) // where a successor continues
	mem.Note(&c.ctl.Records, c.records)
	mem.Note(&c.ctl.Bytes, c.bytes)
	if c.released-c.head >= c.step {
		c.flush()
	}
}

// flush clears the released bytes and hands them to the producers. The order is what a successor relies on:
//
//	ZeroingTo = released     dead: nothing cleared yet, the records are still whole
//	clear [head, released)   dead: a successor clears up to ZeroingTo again
//	Head = released          dead: done
func (c *Consumer) flush() {
	to := c.released
	if to == c.head {
		return
	}
	// Head moves only here, so tail-head is at its largest just before.
	if used := mem.Load(&c.ctl.Tail) - c.head; used <= c.capacity && used > c.highWater {
		c.highWater = used
		mem.Note(&c.ctl.HighWater, used)
	}
	mem.StoreBefore(&c.ctl.ZeroingTo, to) // before the clearing: pairs with the load in adoptTail
	c.zero(c.head, to)
	mem.Store(&c.ctl.Head, to) // after the clearing: pairs with loadHead
	c.head = to
	if c.bell.pending() && c.bell.ring() {
		c.wakes++
		mem.Note(&c.ctl.Wakes, c.wakes)
	}
}

// errAllLent: nothing can arrive before the user gives something back.
var errAllLent = fmt.Errorf("%w with lent records: call Release", ErrFull)

// await waits until there may be a record at c.pos.
func (c *Consumer) await(ctx context.Context) error {
	if !c.enter() {
		return c.refuse()
	}
	err := c.data.wait(ctx, c)
	c.leave()
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "receive", Err: err, Peer: c.seg.holdup()}
	}
	return err
}

// ready, attend and patience make a Consumer wait for a record.
func (c *Consumer) ready() bool {
	return mem.Load(c.word(c.pos)) != c.looking || c.changed()
}

func (c *Consumer) attend() (bool, error) {
	c.polls = pollsPerLook - 1
	_, _, err := c.find()
	if err == ErrEmpty {
		c.watch()
		return false, nil
	}
	return true, nil // a record, or an error that the next attempt meets again
}

func (c *Consumer) patience() time.Duration {
	switch {
	case c.blocked:
		return stuckBackoff
	case c.vigil.unwatched:
		return blindBackoff
	}
	return backstop
}
