package ring

import (
	"errors"
	"log/slog"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// A party holds one slot for life. The lease (a lock that the kernel drops when its holder dies) is the authority
// on who lives; it is also the recovery mutex, because whoever takes over a dead party's slot holds it while it repairs.

// Set is a range of slots that have the same role.
type Set struct{ First, End uint32 }

// Contains reports whether slot i is in the set.
func (s Set) Contains(i uint32) bool { return i >= s.First && i < s.End }

// Slots is a segment's table of slots with their leases.
type Slots struct {
	Table  []layout.Slot
	Leases lease.Table
	LockAt int64 // file offset whose lock is the lease of slot 0
	// Which slots have which role.
	Consumers, Producers Set
	Control              *layout.Control
	Logger               *slog.Logger
}

// Lock returns the file offset whose lock is the lease of slot i.
func (s *Slots) Lock(i uint32) int64 { return s.LockAt + int64(i)*layout.SlotSize }

// Alive reports whether slot i has a living owner.
func (s *Slots) Alive(i uint32) (bool, error) {
	held, err := s.Leases.Held(s.Lock(i))
	if err != nil {
		return false, &LeaseError{"probe lease", err}
	}
	return held, nil
}

// state returns the state of slot i, and marks it dead where its owner is.
func (s *Slots) state(i uint32) (layout.SlotState, error) {
	slot := &s.Table[i]
	status := mem.Load(&slot.Status)
	generation, state := layout.SplitStatus(status)
	if state != layout.SlotAttached {
		return state, nil
	}
	held, err := s.Alive(i)
	if err != nil {
		return state, err
	}
	// If the status has changed meanwhile, somebody came or went, who announces it.
	if held || !mem.CAS(&slot.Status, status, layout.MakeStatus(generation, layout.SlotDead)) {
		return state, nil
	}
	mem.Add(&s.Control.Deaths, 1)
	s.Logger.Warn("shmring: a process died without closing", "slot", i, "pid", mem.Load32(&slot.PID))
	return layout.SlotDead, nil
}

// Takeover is a slot that was taken, and what became of its last owner.
type Takeover struct {
	Slot, Generation uint32
	Lease            lease.Lease
	Torn             bool   // the last owner did not close
	Died             bool   // it died, and nobody has noticed before
	PID              uint32 // of the last owner
}

// Log tells the log of a takeover from a dead process.
func (t *Takeover) Log(log *slog.Logger) {
	switch {
	case t.Died:
		log.Warn("shmring: took over from a dead process", "slot", t.Slot, "pid", t.PID)
	case t.Torn: // somebody has noticed and logged the death
		log.Info("shmring: took over from a dead process", "slot", t.Slot, "pid", t.PID)
	}
}

// lock leases slot i. The caller repairs what the last owner left, and then occupies the slot or releases the lease.
func (s *Slots) lock(i uint32, op string) (t Takeover, err error) {
	l, err := s.Leases.Acquire(s.Lock(i))
	switch {
	case errors.Is(err, lease.ErrHeld):
		return t, &HeldError{PID: int(mem.Load32(&s.Table[i].PID))}
	case errors.Is(err, lease.ErrObstructed):
		return t, &HeldError{Err: err}
	case err != nil:
		return t, &LeaseError{op, err}
	}
	return Takeover{Slot: i, Lease: l}, nil
}

// occupy writes the owner's description and the slot's next generation, under the lease.
func (s *Slots) occupy(t *Takeover) {
	slot, self := &s.Table[t.Slot], proc.Self()
	old, _ := layout.SplitStatus(mem.Load(&slot.Status))
	t.Generation = (old + 1) % layout.MaxGenerations
	t.PID = mem.Load32(&slot.PID)
	if t.Died {
		mem.Add(&s.Control.Deaths, 1)
	}
	mem.Store(&slot.Intent, 0)
	mem.StoreRelaxed32(&slot.PID, self.PID)
	mem.StoreRelaxed(&slot.StartTime, self.StartTime)
	slot.BootID = self.BootID
	mem.StoreRelaxed(&slot.Attached, uint64(time.Now().UnixNano()))
	mem.Store(&slot.Status, layout.MakeStatus(t.Generation, layout.SlotAttached))
}

// noteLast remembers in t what the last owner's status says, under the lease.
func (s *Slots) noteLast(t *Takeover) {
	_, state := layout.SplitStatus(mem.Load(&s.Table[t.Slot].Status))
	t.Torn, t.Died = state != layout.SlotFree, state == layout.SlotAttached
}

// free gives slot i up. Its generation stays.
func (s *Slots) free(i uint32) {
	slot := &s.Table[i]
	generation, _ := layout.SplitStatus(mem.Load(&slot.Status))
	mem.Store(&slot.Status, layout.MakeStatus(generation, layout.SlotFree))
}
