package shmring

import (
	"context"
	"fmt"

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
	c.clearBlocked()
	end, tries := c.pos+c.capacity, 0
	for ; ; tries++ {
		left := c.head + c.capacity - c.pos
		if left == 0 { // the word here is the oldest record that still lies in the ring
			if c.released() == c.head {
				return r, errRingLent
			}
			c.flush(c.released())
			continue
		}
		// Acquire: pairs with the header stores in claim.go, spsc.go and mpsc.go.
		w := layout.Word(mem.Load(c.word(c.pos)))
		if w == 0 {
			again, err := c.padGap()
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
			again, err := c.padClaim(w)
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
			c.updateFastPath()
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
			if err = c.waitRecord(ctx); err == nil {
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
		c.updateFastPath()
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

// measure works out the room for the fast path through receive and borrow: none where records carry
// checksums, or after a violation.
func (c *Consumer) updateFastPath() {
	c.fastLimit = c.pos
	if !c.checksum && c.poison == nil {
		c.fastLimit += min(c.room(c.pos), c.head+c.capacity-c.pos, maxChunk)
	}
}

// violated poisons the consumer: after a word that no correct peer writes, no position can be trusted.
func (c *Consumer) violated(w layout.Word, err error) error {
	if c.poison == nil {
		c.poison = c.corrupt(c.pos, uint64(w), "", err)
		c.countCorrupt()
		c.updateFastPath()
	}
	return c.poison
}

// errAllLent: nothing can arrive before the user gives something back.
var errRingLent = fmt.Errorf("%w with lent records: call Release", ErrFull)
