package ring

import (
	"cmp"
	"errors"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// lockProducer leases a free producer's slot, slots whose last owner died first: a restarted producer makes up for
// its predecessor there.
func (r *Ring) lockProducer() (Takeover, error) {
	s := r.slots
	var obstructed error
	for _, wantDead := range []bool{true, false} {
		for i := s.Producers.First; i < s.Producers.End; i++ {
			_, state := layout.SplitStatus(mem.Load(&s.Table[i].Status))
			if dead := state == layout.SlotAttached || state == layout.SlotDead; dead != wantDead || r.quarantined(i) {
				continue
			}
			if state == layout.SlotAttached { // a look is much cheaper than a try
				if held, err := s.Alive(i); err == nil && held {
					continue
				}
			}
			t, err := s.lock(i, "attach producer")
			var held *HeldError
			if errors.As(err, &held) {
				obstructed = cmp.Or(obstructed, held.Err)
				continue
			} else if err != nil {
				return t, err
			}
			if r.quarantined(i) || !r.passWrap(i) {
				t.Lease.Release()
				continue
			}
			s.noteLast(&t)
			return t, nil
		}
	}
	if obstructed != nil {
		return Takeover{}, &HeldError{Err: obstructed}
	}
	if r.kind == layout.SPSC {
		return Takeover{}, &HeldError{PID: int(mem.Load32(&s.Table[s.Producers.First].PID))}
	}
	return Takeover{}, ErrNoSlot
}

// Generations wrap. A claim that a slot's owner left when the slot had generation g could be taken
// for one of the owner that gets g again, 4096 attachments later. So before a slot wraps, head must have
// passed a mark set at the tail: then nothing old is left in the ring.

// wraps reports that slot i has used up its generations. An SPSC ring knows no claims: there it does not matter.
func (r *Ring) wraps(i uint32) bool {
	generation, _ := layout.SplitStatus(mem.Load(&r.slots.Table[i].Status))
	return r.kind != layout.SPSC && (generation+1)%layout.MaxGenerations == 0
}

// quarantined reports, without the lease, that slot i cannot be taken yet.
func (r *Ring) quarantined(i uint32) bool {
	mark := mem.Load(&r.slots.Table[i].Mark)
	return r.wraps(i) && mark != 0 && mem.Load(&r.ctl.Head)+1 < mark
}

// passWrap, under the lease, sets the mark or passes it.
func (r *Ring) passWrap(i uint32) bool {
	if !r.wraps(i) {
		return true
	}
	slot := &r.slots.Table[i]
	mark := mem.Load(&slot.Mark)
	if mark == 0 {
		mark = mem.Load(&r.ctl.Tail) + 1
		mem.Store(&slot.Mark, mark)
	}
	if mem.Load(&r.ctl.Head)+1 < mark {
		return false
	}
	mem.Store(&slot.Mark, 0)
	return true
}
