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

// find looks for the record at c.pos, skipping pads and repairing what dead producers left. It does not step
// over it. It does not wait: ErrEmpty if there is none. Its work is bounded by one lap
// of the ring and maxTries looks at each place, whatever a peer writes meanwhile.
func (c *Consumer) find() (r found, err error) {
	if c.poison != nil {
		return r, c.poison
	}
	c.unblock()
	end, tries := c.pos+c.capacity, 0
	for ; ; tries++ {
		left := c.head + c.capacity - c.pos
		if left == 0 { // the word here is the oldest record that still lies in the ring
			if c.released() == c.head {
				return r, errAllLent
			}
			c.flush(c.released())
			continue
		}
		// Acquire: pairs with the header stores in claim.go, spsc.go and mpsc.go.
		w := layout.Word(mem.Load(c.word(c.pos)))
		if w == 0 {
			again, err := c.closeGap()
			if again && tries < maxTries {
				continue
			}
			if err == nil {
				err = c.empty()
			}
			if err == errAgain && tries < maxTries {
				continue
			}
			return r, orEmpty(err)
		}
		if err := w.Validate(min(c.room(c.pos), left), uint32(len(c.slots))); err != nil {
			return r, c.violated(w, err)
		}
		switch w.State() {
		case layout.Committed:
			return c.decode(w), nil
		case layout.Claimed:
			again, err := c.closeClaim(w)
			if err != nil || !again || tries >= maxTries {
				c.flush(c.released()) // another producer may be waiting for it
				return r, orEmpty(err)
			}
		case layout.Pad:
			if c.pos >= end {
				return r, ErrEmpty
			}
			c.pos += w.Total()
			tries = 0
			c.measure()
			if c.lentRecs == 0 {
				c.release(0, 0)
			}
		}
	}
}

// maxTries is how often find looks at one place. Honest producers change a word twice.
const maxTries = 1 << 12

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
		More: w.Flags()&layout.FlagMore != 0, Continued: w.Flags()&layout.FlagContinued != 0,
	}}
	if w.Flags()&layout.FlagExtension != 0 {
		r.ext = layout.Extension(mem.Load(c.word(c.pos + layout.WordSize)))
		r.Type, r.Version = r.ext.Type(), r.ext.Version()
	}
	return r
}

// next delivers the next record: it finds it, waiting if ctx is not nil, and steps over it. accept sees it
// first; when accept fails, the record is skipped for good and the error returned: the ones behind it are
// still good. The caller has entered.
func (c *Consumer) next(ctx context.Context, accept func(found) error) (r found, err error) {
	for {
		err = ErrEmpty
		// Before a wait, a header that is not finished is not looked into: the wait does that, and the hand-over of
		// released memory, once it has lasted.
		if w := layout.Word(mem.Load(c.word(c.pos))); ctx == nil || finished(w) || c.changed() {
			r, err = c.find()
		}
		if err == ErrEmpty && ctx != nil {
			if err = c.await(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			if c.lost() {
				err = ErrSegmentLost // whatever find made of it
			}
			return found{}, err
		}
		err = accept(r)
		if _, stays := err.(*FragmentError); stays {
			return found{}, err
		}
		c.pos += r.word.Total()
		c.measure()
		if err != nil {
			if c.lentRecs == 0 {
				c.release(0, 0)
			}
			r = found{}
		}
		if c.lost() {
			return found{}, ErrSegmentLost
		}
		return r, err
	}
}

// verify holds a payload, or a copy of it, against the record's checksum, if the segment has them.
func (c *Consumer) verify(r found) error {
	flagged := r.word.Flags()&layout.FlagChecksum != 0
	if !flagged && !c.checksum || flagged && checksum(r.Payload) == r.ext.Checksum() {
		return nil
	}
	c.countCorrupt()
	return c.corrupt(c.pos, uint64(r.word), "the payload does not match its checksum", nil)
}

// measure works out the room for the short way through receive and borrow: none where records carry
// checksums, or after a violation.
func (c *Consumer) measure() {
	c.reach = c.pos
	if !c.checksum && c.poison == nil {
		c.reach += min(c.room(c.pos), c.head+c.capacity-c.pos, maxChunk)
	}
}

// violated poisons the consumer: after a word that no correct peer writes, no position can be trusted.
func (c *Consumer) violated(w layout.Word, err error) error {
	if c.poison == nil {
		c.poison = c.corrupt(c.pos, uint64(w), "", err)
		c.countCorrupt()
		c.measure()
	}
	return c.poison
}

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

// errAllLent: nothing can arrive before the user gives something back.
var errAllLent = fmt.Errorf("%w with lent records: call Release", ErrFull)

// await waits until there may be a record at c.pos. The caller has entered.
func (c *Consumer) await(ctx context.Context) error {
	err := c.data.wait(ctx, c)
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "receive", Err: err, Peer: c.seg.holdup()}
	}
	return err
}

// finished reports whether w is committed or a pad: the two states with the highest bit.
func finished(w layout.Word) bool { return int64(w) < 0 }

// ready, attend and patience make a Consumer wait for a record.
func (c *Consumer) ready() bool {
	return finished(layout.Word(mem.Load(c.word(c.pos)))) || c.changed()
}

func (c *Consumer) attend(first bool) (bool, error) {
	if !first || !c.vigil.quiet() {
		c.polls = pollsPerLook - 1 // look at the leases, too
	}
	_, err := c.find()
	if err == ErrEmpty {
		if c.data.bell.door == nil { // a connection's socket says when the peer ends
			c.watch()
		}
		return false, nil
	}
	// A record, or an error. The next attempt need not meet it: it looks into a zero header only if somebody
	// announced a change, and the dead announce nothing.
	return true, err
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
