package ring

import (
	"io"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The end of a stream. Attaches counts the producers that ever came, Acked how many of them the consumer
// has reported the end of. A drained ring has ended when some came whose end was not reported, or died unreported, and
// none lives. It ended badly if the last owner of any slot died: a successor in the same slot makes up for it.
//
// A slot's status and its lease are the truth. Changes only says when a new look is worth the system
// calls; since a producer may die between the two, every few looks are taken all the same.

// eof is a consumer's memory of the end it reported.
type eof struct {
	follow      bool
	end         error  // io.EOF or *DiedError, until another producer comes
	changes     uint64 // value of Changes at the last thorough look
	polls       uint32
	unacked     bool   // the end was reported and is not yet noted in the segment
	ackAttaches uint64 // and this is the value of Attaches that goes with it
}

// pollsPerLook is how many empty polls pass between thorough looks when nothing has changed.
const pollsPerLook = 16

// empty says why there is no record at c.pos: ErrEmpty, the end of the stream, or errAgain. Released
// memory goes back to the producers first: one of them may be unable to go on without it.
func (c *Consumer) empty() error {
	c.flush(c.Released())
	c.polls++
	changes := mem.Load(&c.ctl.Changes)
	if c.blocked {
		c.end = nil // somebody lives
	}
	if c.follow || c.blocked {
		c.changes = changes
		return c.ended()
	}
	if changes == c.changes && c.polls%pollsPerLook != 0 {
		return c.ended()
	}
	return c.checkEOF(changes)
}

// MarkDeaths looks at the leases of all producers and marks the dead ones, which counts and logs each once. It is for those
// whose process has ended or cannot be watched while others live.
func (c *Consumer) MarkDeaths() error {
	for i := c.slots.Producers.First; i < c.slots.Producers.End; i++ {
		if _, err := c.slots.state(i); err != nil {
			return err
		}
	}
	return nil
}

// LookThoroughly makes the next look at an empty ring look at the leases, too.
func (c *Consumer) LookThoroughly() { c.polls = pollsPerLook - 1 }

func (c *Consumer) ended() error {
	if c.end != nil {
		return c.end
	}
	return ErrEmpty
}

// checkEOF finds out whether the stream has ended.
func (c *Consumer) checkEOF(changes uint64) error {
	attaches := mem.Load(&c.ctl.Attaches)
	acked := attaches == mem.Load(&c.ctl.Acked)
	died := DiedError{More: -1}
	for i := c.slots.Producers.First; i < c.slots.Producers.End; i++ {
		state, err := c.slots.state(i)
		if err != nil {
			return err
		}
		switch state {
		case layout.SlotAttached:
			c.end, c.changes = nil, changes
			return ErrEmpty
		case layout.SlotDead:
			if died.More++; died.More == 0 {
				died.PID, died.Slot = int(mem.Load32(&c.slots.Table[i].PID)), int(i)
			}
		}
	}
	if acked && died.More < 0 {
		c.changes = changes
		return c.ended()
	}
	// Nobody lives. What they committed before they went is visible by now, and is delivered first.
	if mem.Load(c.Word(c.pos)) != 0 || c.kind == layout.MPSC && mem.Load(&c.ctl.Tail) != c.pos || mem.Load(&c.ctl.Attaches) != attaches {
		return errAgain
	}
	c.changes, c.end = changes, io.EOF
	if died.More >= 0 {
		c.end = &died
	}
	c.unacked, c.ackAttaches = true, attaches
	if c.lentRecords == 0 { // else a successor would get the lent records again, and no end: Release does it
		c.ackEOF()
	}
	return c.end
}

// ackEOF notes in the segment that the end has been reported, if it has.
func (c *Consumer) ackEOF() {
	if !c.unacked {
		return
	}
	// Acked first: a consumer that dies in between leaves the dead unreported, and its successor reports them,
	// where the other order would have it report a clean end.
	mem.Store(&c.ctl.Acked, c.ackAttaches)
	c.unacked = false
	for i := c.slots.Producers.First; i < c.slots.Producers.End; i++ {
		status := mem.Load(&c.slots.Table[i].Status)
		if generation, state := layout.SplitStatus(status); state == layout.SlotDead {
			mem.CAS(&c.slots.Table[i].Status, status, layout.MakeStatus(generation, layout.SlotReaped))
		}
	}
}
