package shmring

import (
	"fmt"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
)

// EntryState says what an [Entry] is.
type EntryState string

// The states of an [Entry].
const (
	EntryRecord EntryState = "record" // committed; see Released
	EntryPad    EntryState = "pad"    // bytes that readers skip
	EntryOpen   EntryState = "open"   // a living producer has not finished it
	EntryTorn   EntryState = "torn"   // a dead producer left it unfinished; it will never be delivered
)

// Entry is one stretch of a ring, as [Segment.Dump] found it.
type Entry struct {
	Position   uint64     `json:"position"` // bytes since the segment was made
	Size       uint64     `json:"size"`     // bytes in the ring, header and padding included
	State      EntryState `json:"state"`
	Released   bool       `json:"released"`   // delivered and given back; it will not be delivered again
	Slot       int        `json:"slot"`       // of the producer; 0: unknown
	Generation int        `json:"generation"` // which of the slot's successive owners
	PID        int        `json:"pid"`        // of that owner; 0 if the slot has another one by now
	Alive      bool       `json:"alive"`      // that owner still holds the slot
	Type       uint16     `json:"type"`
	Version    uint8      `json:"version"`
	Length     int        `json:"length"`  // bytes of payload
	Payload    []byte     `json:"payload"` // a copy, valid until fn returns; records only
	BadSum     bool       `json:"bad_sum"` // the payload does not match its checksum
}

// Dump calls fn for everything that lies in the ring, oldest first: records that nobody has read, read
// ones whose memory has not been cleared yet, pads, and what is unfinished. It changes nothing and stops
// nobody, so it is meant for a segment opened with [WithReadOnly], and works on any. What others read or write
// meanwhile may be missing; what fn gets was whole and in the ring when it was looked at. One lap of the ring
// is the most it shows, however fast others are.
//
// Errors: fn's own, [CorruptError] where the ring breaks its format, ErrClosed, ErrSegmentLost.
func (s *Segment) Dump(fn func(Entry) error) error {
	d := dump{seg: s, ring: &s.ring, ctl: s.control()}
	for {
		e, err := d.next()
		if err != nil || e == nil {
			return err
		}
		if err := fn(*e); err != nil {
			return err
		}
	}
}

// A dump walks from the oldest byte that is not being cleared to one lap after the head that it met first. It reads bytes
// that others are writing or clearing:
//
//   - A header is followed only from one to the next, so that a payload is never taken for headers. In an SPSC ring the walk
//     ends at the first record without a header: nothing tells where its payload ends, and its producer may go on writing.
//   - Whatever was read counts only if the header is still the same afterwards, and if the consumer has not begun to clear
//     it. Order: header, the rest, header, ZeroingTo and Head.
type dump struct {
	seg     *Segment
	ring    *ring.Ring
	ctl     *layout.Control
	begun   bool
	pos     uint64
	end     uint64
	payload []byte
	fence   uint64 // see reclaimed
}

// next returns the entry at pos and moves on, nil at the end.
func (d *dump) next() (*Entry, error) {
	d.seg.mu.RLock() // nobody unmaps now
	defer d.seg.mu.RUnlock()
	if d.seg.gone {
		return nil, ErrClosed
	}
	if !d.begun {
		head := mem.Load(&d.ctl.Head)
		d.begun, d.pos, d.end = true, head, head+d.ring.Capacity()
		if head%layout.WordSize != 0 {
			return nil, corrupt(head, head, "head is not aligned", nil)
		}
	}
	for {
		if err := d.skipCleared(); err != nil || d.pos >= d.end {
			return nil, err
		}
		e, err := d.describeNext()
		if d.seg.lost() {
			return nil, ErrSegmentLost
		}
		if d.reclaimed() {
			continue // what we saw, errors included, may be bytes that were being cleared
		}
		if e != nil {
			if d.pos += e.Size; d.pos > d.end {
				return nil, err // written since we began, and reaches into the next lap
			}
			if d.ring.Kind() == SPSC && (e.State == EntryOpen || e.State == EntryTorn) {
				d.end = d.pos
			}
		}
		return e, err
	}
}

// skipCleared moves beyond everything that the consumer has cleared or is clearing, never back.
func (d *dump) skipCleared() error {
	head, zeroing := mem.Load(&d.ctl.Head), mem.Load(&d.ctl.ZeroingTo)
	start := max(d.pos, head, zeroing)
	if start%layout.WordSize != 0 {
		return corrupt(head, zeroing, "head or zeroing mark is not aligned", nil)
	}
	d.pos = start
	return nil
}

// reclaimed reports whether the consumer has begun to clear the bytes at pos since they were read, and moves
// beyond them: a peer that takes its marks back and forth does not keep us here.
func (d *dump) reclaimed() bool {
	mem.Add(&d.fence, 1) // a full barrier: the bytes were loaded before the mark is
	before := d.pos
	d.pos = max(before, mem.Load(&d.ctl.ZeroingTo), mem.Load(&d.ctl.Head))
	return d.pos > before
}

// wordChanges is how often a word of the ring changes in one lap: claimed, committed or a pad, cleared.
const wordChanges = 3

// describeNext describes what lies at pos, nil if that is nothing.
func (d *dump) describeNext() (e *Entry, err error) {
	for range 1 + wordChanges {
		w := d.word(d.pos)
		if w != 0 {
			e, err = d.describe(w)
		} else {
			e = d.describeUnfinished()
		}
		if d.word(d.pos) == w {
			break // or its owner finished it meanwhile, and may be gone since
		}
	}
	return e, err
}

// word reads a word that may be a header.
func (d *dump) word(pos uint64) layout.Word { return layout.Word(mem.Peek(d.ring.Word(pos))) }

// describe describes what the header w at pos stands for.
func (d *dump) describe(w layout.Word) (*Entry, error) {
	r := d.ring
	limit := mem.Load(&d.ctl.Head) + r.Capacity() // after the word: it was within the limit that its writer knew
	if err := w.Validate(min(r.ToEnd(d.pos), limit-d.pos), uint32(len(d.seg.slots.Table))); err != nil {
		return nil, corrupt(d.pos, uint64(w), "", err)
	}
	e := &Entry{Position: d.pos, Size: w.Total(), State: EntryPad, Generation: int(w.Generation())}
	e.Released = d.pos < mem.Load(&d.ctl.Released)
	d.owner(e, w.Slot(), w.Generation())
	switch w.State() {
	case layout.Claimed:
		e.State = EntryTorn
		if e.Alive {
			e.State = EntryOpen
		}
	case layout.Committed:
		d.payload = mem.PeekAppend(d.payload[:0], r.Span(d.pos+w.HeaderSize(), uint64(w.Length())))
		e.State, e.Length, e.Payload = EntryRecord, len(d.payload), d.payload
		if w.Flags()&layout.FlagExtension != 0 {
			x := layout.Extension(d.word(d.pos + layout.WordSize))
			e.Type, e.Version = x.Type(), x.Version()
			e.BadSum = w.Flags()&layout.FlagChecksum != 0 && x.Checksum() != ring.Checksum(d.payload)
		}
	}
	return e, nil
}

// owner fills in who wrote an entry, as far as that is known.
func (d *dump) owner(e *Entry, slot, generation uint32) {
	e.Slot = int(slot)
	if !d.seg.slots.Producers.Contains(slot) {
		return
	}
	s := &d.seg.slots.Table[slot]
	if now, state := layout.SplitStatus(mem.Load(&s.Status)); now == generation {
		e.PID = int(mem.Load32(&s.PID))
		held, err := d.seg.slots.Alive(slot)
		e.Alive = err == nil && held && state == layout.SlotAttached
	}
}

// describeUnfinished describes bytes at pos without a header, nil if there are none.
func (d *dump) describeUnfinished() *Entry {
	r, size := d.ring, uint64(0)
	if r.Kind() == MPSC { // a claim that was not marked
		size = zeroRun(d.word, d.pos, min(mem.Load(&d.ctl.Tail), d.end, d.pos+r.ToEnd(d.pos)))
	} else { // a payload whose header was not stored
		for at := d.pos; at < d.end; at += layout.WordSize {
			if d.word(at) != 0 {
				size = at + layout.WordSize - d.pos
			}
		}
	}
	if size == 0 {
		return nil
	}
	e := &Entry{Position: d.pos, Size: size, State: EntryTorn}
	for i := uint32(1); i < uint32(len(d.seg.slots.Table)); i++ {
		intent := mem.Load(&d.seg.slots.Table[i].Intent)
		if r.Kind() != SPSC && (intent == 0 || intent-1 < d.pos || intent-1 >= d.pos+size) {
			continue
		}
		generation, _ := layout.SplitStatus(mem.Load(&d.seg.slots.Table[i].Status))
		e.Generation = int(generation)
		if d.owner(e, i, generation); e.Alive {
			e.State = EntryOpen
			break
		}
	}
	return e
}

// zeroRun returns how many bytes from pos on are zero, up to end or the next header. While it counts, somebody may store a
// header behind it and write payload ahead of it. A header is there before its payload; looking back therefore finds the
// header to every payload that was met.
func zeroRun(word func(pos uint64) layout.Word, pos, end uint64) (size uint64) {
	for pos+size < end && word(pos+size) == 0 {
		size += layout.WordSize
	}
	for at := size; at > 0; {
		if at -= layout.WordSize; word(pos+at) != 0 {
			size = at
		}
	}
	return size
}

func (e Entry) String() string {
	s := fmt.Sprintf("%d: %s, %d bytes", e.Position, e.State, e.Size)
	if e.Slot != 0 {
		s += fmt.Sprintf(", slot %d generation %d", e.Slot, e.Generation)
	}
	if e.PID != 0 {
		s += fmt.Sprintf(", process %d", e.PID)
	}
	return s
}
