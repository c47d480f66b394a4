package ring

import (
	"errors"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Found is a record in the ring, validated, not yet counted as delivered.
type Found struct {
	Payload []byte // ring memory
	Word    layout.Word
	Ext     layout.Extension // zero without one
}

// Find looks for the record at the consumer's position, skipping pads and repairing what dead producers left. It does not
// step over it. It does not wait: ErrEmpty if there is none. Its work is bounded, whatever a peer writes meanwhile, by
// maxSteps pads and repairs and maxTries looks at each place; where that was not enough, ErrEmpty comes and Ready is true, so
// that whoever waits looks at its context and comes back.
//
// Errors: [ErrEmpty]; io.EOF or [*DiedError] at the end of the stream; [ErrAllLent], which is ErrFull; [*Violation];
// [*LeaseError].
func (c *Consumer) Find() (f Found, err error) {
	if c.poison != nil {
		return f, c.poison
	}
	c.blocked, c.unfinished = false, false
	defer c.logRepairs()
	changes := mem.Load(&c.ctl.Changes) // before every look at who lives
	steps, tries := 0, 0
	for ; ; tries++ {
		if steps >= maxSteps {
			c.unfinished = true
			return f, ErrEmpty
		}
		left := c.head + c.capacity - c.pos
		if left == 0 { // the word here is the oldest record that still lies in the ring
			if c.Released() == c.head {
				return f, ErrAllLent
			}
			c.flush(c.Released())
			continue
		}
		// Acquire: pairs with the header stores in producer_*.go.
		w := layout.Word(mem.Load(c.Word(c.pos)))
		if w == 0 {
			again, err := c.padGap()
			if again && tries < maxTries {
				steps += stepsPerRepair
				continue
			}
			if err == nil {
				err = c.empty()
			}
			if err == errAgain && tries < maxTries {
				continue
			}
			return f, orEmpty(err)
		}
		if err := w.Validate(min(c.ToEnd(c.pos), left), uint32(len(c.slots.Table))); err != nil {
			return f, c.violated(w, err)
		}
		switch w.State() {
		case layout.Committed:
			return c.decode(w), nil
		case layout.Claimed:
			again, err := c.padClaim(w)
			if err != nil || !again || tries >= maxTries {
				c.changes = changes   // or Ready would say that there is something to look at, without end
				c.flush(c.Released()) // another producer may be waiting for it
				return f, orEmpty(err)
			}
			steps += stepsPerRepair
		case layout.Pad:
			c.Skip(w)
			tries = 0
			steps++
		}
	}
}

const (
	// maxTries is how often Find looks at one place. Honest producers change a word twice.
	maxTries = 1 << 12
	// maxSteps bounds the pads that one Find skips: about 100 µs. Honest rings have one at each end and one for each
	// reservation that was shortened.
	maxSteps = 1 << 12
	// stepsPerRepair is what a repair counts as: it probes a lease, which is a system call.
	stepsPerRepair = 16
)

// errAgain: something turned up; look for records once more.
var errAgain = errors.New("again")

func orEmpty(err error) error {
	if err == nil || err == errAgain {
		return ErrEmpty
	}
	return err
}

// decode builds the record for a committed, validated word at c.pos.
func (c *Consumer) decode(w layout.Word) Found {
	f := Found{Word: w, Payload: c.Span(c.pos+w.HeaderSize(), uint64(w.Length()))}
	if w.Flags()&layout.FlagExtension != 0 {
		f.Ext = layout.Extension(mem.Load(c.Word(c.pos + layout.WordSize)))
	}
	return f
}

// Skip steps over the record or pad whose header is w, and drops it: unless older records are lent, its memory
// goes back.
func (c *Consumer) Skip(w layout.Word) {
	c.Step(w)
	if c.lentRecords == 0 {
		c.release(0, 0)
	}
}

// Step steps over the record whose header is w. Lend, Release or CountWithLent accounts for it.
func (c *Consumer) Step(w layout.Word) {
	c.pos += w.Total()
	c.updateFastPath()
}

// Verify checks a payload, or a copy of it, against the record's checksum, if the ring has them. The record is
// the next one. The error is a [*Violation] that poisons nothing.
func (c *Consumer) Verify(f Found, payload []byte) error {
	flagged := f.Word.Flags()&layout.FlagChecksum != 0
	if !flagged && !c.checksum || flagged && Checksum(payload) == f.Ext.Checksum() {
		return nil
	}
	c.countCorrupt()
	return c.violation(c.pos, uint64(f.Word), "the payload does not match its checksum", nil)
}

// violated poisons the consumer: after a word that no correct peer writes, no position can be trusted.
func (c *Consumer) violated(w layout.Word, err error) error {
	if c.poison == nil {
		c.poison = c.violation(c.pos, uint64(w), "", err)
		c.countCorrupt()
		c.updateFastPath()
	}
	return c.poison
}

func (c *Consumer) countCorrupt() {
	c.corrupted++
	mem.StoreRelaxed(&c.ctl.Corrupt, c.corrupted)
}
