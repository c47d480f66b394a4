package shmring

import (
	"errors"
	"io"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The end of a stream. Attaches counts the producers that ever came, Acked how many of them the consumer
// has seen off. A drained ring has ended when some came that were not seen off, or died unmourned, and none lives.
// It ended badly if the last owner of any slot died: a successor in the same slot makes up for it.
//
// A slot's status and its lease are the truth. Changes only says when a new look is worth the system
// calls; since a producer may die between the two, every few looks are taken all the same.

// ending is a consumer's memory of the end it reported.
type eofState struct {
	follow      bool
	end         error  // io.EOF or *PeerDiedError, until another producer comes
	changes     uint64 // value of Changes at the last thorough look
	polls       uint32
	unacked     bool   // the end was reported and is not yet noted in the segment
	ackAttaches uint64 // and this is the value of Attaches that goes with it
}

// pollsPerLook is how many empty polls pass between thorough looks when nothing has changed.
const pollsPerLook = 16

// errAgain: something turned up; look for records once more.
var errAgain = errors.New("again")

// empty says why there is no record at c.pos: ErrEmpty, the end of the stream, or errAgain. Released
// memory goes back to the producers first: one of them may be unable to go on without it.
func (c *Consumer) empty() error {
	c.flush(c.released())
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

// changed reports that somebody came or went since the last thorough look.
func (c *Consumer) changed() bool { return mem.Load(&c.ctl.Changes) != c.changes }

func (c *Consumer) ended() error {
	if c.end != nil {
		return c.end
	}
	return ErrEmpty
}

// judge finds out whether the stream has ended.
func (c *Consumer) checkEOF(changes uint64) error {
	attaches := mem.Load(&c.ctl.Attaches)
	seenOff := attaches == mem.Load(&c.ctl.Acked)
	died := PeerDiedError{Role: RoleProducer, More: -1}
	for i := uint32(1); i < uint32(len(c.slots)); i++ {
		state, err := c.seg.slotState(i)
		if err != nil {
			return err
		}
		switch state {
		case layout.SlotAttached:
			c.end, c.changes = nil, changes
			return ErrEmpty
		case layout.SlotDead:
			if died.More++; died.More == 0 {
				died.PID, died.Slot = int(mem.Load32(&c.slots[i].PID)), int(i)
			}
		}
	}
	if seenOff && died.More < 0 {
		c.changes = changes
		return c.ended()
	}
	// Nobody lives. What they committed before they went is visible by now, and is delivered first.
	if mem.Load(c.word(c.pos)) != 0 || c.kind == MPSC && mem.Load(&c.ctl.Tail) != c.pos || mem.Load(&c.ctl.Attaches) != attaches {
		return errAgain
	}
	c.changes, c.end = changes, io.EOF
	if died.More >= 0 {
		c.end = &died
	}
	c.unacked, c.ackAttaches = true, attaches
	if c.lentRecs == 0 { // else a successor would get the lent records again, and no end: Release does it
		c.ackEOF()
	}
	return c.end
}

// ackEOF notes in the segment that the end has been reported, if it has.
func (c *Consumer) ackEOF() {
	if !c.unacked {
		return
	}
	// Acked first: a consumer that dies in between leaves the dead unmourned, and its successor reports them,
	// where the other order would have it report a clean end.
	mem.Store(&c.ctl.Acked, c.ackAttaches)
	c.unacked = false
	for i := range c.slots {
		status := mem.Load(&c.slots[i].Status)
		if generation, state := layout.SplitStatus(status); state == layout.SlotDead {
			mem.CAS(&c.slots[i].Status, status, layout.MakeStatus(generation, layout.SlotReaped))
		}
	}
}

// final reports whether err is the end of a stream.
func endOfStream(err error) bool { return err == io.EOF || errors.Is(err, ErrPeerDied) }
