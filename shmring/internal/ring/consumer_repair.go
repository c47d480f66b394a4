package ring

import (
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// What a dead producer leaves in an MPSC ring, the consumer repairs as soon as it gets there, by turning
// it into a pad. It decides by the producers' leases and nothing else: a living producer, however slow,
// is waited for, and named in Stats.
//
// padClaim: the header at our position says claimed. Its owner is dead if the slot has moved on to
// another generation or its lease is free. The header is read again after that: the owner may have
// committed and then closed or died in between.
//
// padGap: the header is zero although the tail is beyond. Whoever moved the tail had its intent set
// before, so with the tail read first and the intents after it, every claim below the tail that has no
// header yet belongs to a living intent or to the dead. Only bytes below the smallest living intent are
// padded, and only as long as they are zero.

// pollsPerProbe is how often to look again before asking the kernel whether an owner lives: claims are
// normally open for some tens of nanoseconds.
const pollsPerProbe = 16

// padClaim deals with claimed word w at c.pos. True: look again. False: wait for its living owner.
func (c *Consumer) padClaim(w layout.Word) (again bool, err error) {
	if c.kind == layout.SPSC {
		return false, c.violated(w, nil)
	}
	if c.pollWord(uint64(w)) {
		return true, nil
	}
	if generation, _ := layout.SplitStatus(mem.Load(&c.slots.Table[w.Slot()].Status)); generation == w.Generation() {
		held, err := c.slots.Alive(w.Slot())
		if err != nil {
			return false, err
		}
		if held {
			return c.blockedBy(w.Slot(), uint64(w)), nil
		}
	}
	// After generation and lease: see above.
	if mem.Load(c.Word(c.pos)) != uint64(w) {
		return true, nil
	}
	mem.Store(c.Word(c.pos), uint64(layout.MakeWord(layout.Pad, w.Slot(), w.Generation(), 0, w.Length())))
	c.claims++
	c.lastSlot = w.Slot()
	c.countRecovery()
	return true, nil
}

// padGap deals with a zero word at c.pos. True: look again. False: nothing there, or a living
// producer is about to write there.
func (c *Consumer) padGap() (again bool, err error) {
	if c.kind == layout.SPSC {
		return false, nil
	}
	tail := mem.Load(&c.ctl.Tail) // before the intents
	if tail == c.pos {
		return false, nil
	}
	if tail < c.pos || tail-c.head > c.capacity || tail%layout.WordSize != 0 {
		return false, c.violated(layout.Word(tail), &layout.RecordError{Word: layout.Word(tail), Reason: "tail out of range"})
	}
	if c.pollWord(0) {
		return true, nil
	}
	end, holder := min(tail, c.pos+c.ToEnd(c.pos)), uint32(0)
	for i := c.slots.Producers.First; i < c.slots.Producers.End; i++ {
		intent := mem.Load(&c.slots.Table[i].Intent)
		if intent == 0 || intent-1 < c.pos || intent-1 >= end {
			continue
		}
		held, err := c.slots.Alive(i)
		if err != nil {
			return false, err
		}
		if held {
			end, holder = intent-1, i
		}
	}
	if end == c.pos {
		return c.blockedBy(holder, 0), nil
	}
	// After the intents.
	gap := uint64(0)
	for gap < maxGap && c.pos+gap < end && mem.Load(c.Word(c.pos+gap)) == 0 {
		gap += layout.WordSize
	}
	if gap == 0 {
		return true, nil
	}
	mem.Store(c.Word(c.pos), uint64(layout.MakeWord(layout.Pad, 0, 0, 0, uint32(gap))))
	c.gaps++
	c.countRecovery()
	return true, nil
}

// pollWord waits a moment for the word at c.pos to become something else than w.
func (c *Consumer) pollWord(w uint64) bool {
	for range pollsPerProbe {
		if mem.Load(c.Word(c.pos)) != w {
			return true
		}
		mem.Pause(1)
	}
	return false
}

// blockedBy notes, for people and tools, that the living producer of a slot holds us up, and reports whether the word
// at c.pos is another one than w by now.
func (c *Consumer) blockedBy(slot uint32, w uint64) (again bool) {
	again = mem.Load(c.Word(c.pos)) != w
	c.blocked = true
	if mem.Load(&c.ctl.BlockedPos) != c.pos+1 {
		mem.StoreRelaxed(&c.ctl.BlockedPos, 0)
		mem.StoreRelaxed32(&c.ctl.BlockedSlot, slot)
		mem.StoreRelaxed(&c.ctl.BlockedAt, uint64(time.Now().UnixNano()))
		mem.StoreRelaxed(&c.ctl.BlockedPos, c.pos+1)
	}
	return again
}

// maxGap is how many bytes of a gap are padded at a time: those of larger ones take several pads.
const maxGap = 64 << 10

// repairs are those of one look, for the log.
type repairs struct {
	claims, gaps int
	lastSlot     uint32 // of the claims
}

func (c *Consumer) countRecovery() {
	c.recovered++
	mem.StoreRelaxed(&c.ctl.Recovered, c.recovered)
}

// logRepairs says once what a look has repaired, however much that was.
func (c *Consumer) logRepairs() {
	if c.claims+c.gaps == 0 {
		return
	}
	c.log.Warn("shmring: repaired what dead producers left", "claims", c.claims, "gaps", c.gaps, "slot", c.lastSlot, "position", c.pos)
	c.repairs = repairs{}
}
