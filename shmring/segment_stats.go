package shmring

import (
	"fmt"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// Stats is a look at a ring's counters, taken without stopping anybody: each number is exact, but they
// are not of one instant while others work. Counters run from the segment's creation.
type Stats struct {
	Sent          uint64   `json:"sent"`           // records committed
	SentBytes     uint64   `json:"sent_bytes"`     // of payload
	Received      uint64   `json:"received"`       // records released
	ReceivedBytes uint64   `json:"received_bytes"` // of payload
	Used          uint64   `json:"used"`           // ring bytes not yet given back to producers, headers included
	HighWater     uint64   `json:"high_water"`     // the most of them so far
	Capacity      uint64   `json:"capacity"`       // ring bytes
	FullWaits     uint64   `json:"full_waits"`     // times a producer slept for want of room
	EmptyWaits    uint64   `json:"empty_waits"`    // times the consumer slept for want of records
	DataWakes     uint64   `json:"data_wakes"`     // wake-up calls to the consumer
	SpaceWakes    uint64   `json:"space_wakes"`    // wake-up calls to producers
	Recovered     uint64   `json:"recovered"`      // unfinished records of dead producers skipped
	Deaths        uint64   `json:"deaths"`         // parties that ended without closing, as far as noticed
	Corrupt       uint64   `json:"corrupt"`        // violations of the format found by the consumer
	Attaches      uint64   `json:"attaches"`       // producers that ever came
	Blocked       *Blocked `json:"blocked,omitempty"`
}

// Blocked names the living producer that an MPSC ring waits for: it claimed room and has not
// finished, because it is slow, stopped, or holds a reservation open.
type Blocked struct {
	Slot     int       `json:"slot"`
	PID      int       `json:"pid"`
	State    string    `json:"state"` // running, sleeping, stopped, zombie, gone; empty if it can't be seen
	Since    time.Time `json:"since"`
	Position uint64    `json:"position"`
}

func (b *Blocked) String() string {
	return fmt.Sprintf("producer process %d (slot %d, %s) since %s", b.PID, b.Slot, b.State, time.Since(b.Since).Round(time.Millisecond))
}

// Stats reads the counters. After Close it returns zeros.
func (s *Segment) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return Stats{}
	}
	return s.stats()
}

func (s *Segment) stats() Stats {
	ctl := s.control()
	head := mem.Load(&ctl.Head)            // before Tail, which is not below it then
	tail := max(mem.Load(&ctl.Tail), head) // but for an SPSC ring's, which is a hint and may be late
	st := Stats{
		Received: mem.Load(&ctl.Records), ReceivedBytes: mem.Load(&ctl.Bytes),
		Used: tail - head, HighWater: mem.Load(&ctl.HighWater), Capacity: s.ring.Capacity(),
		EmptyWaits: mem.Load(&ctl.EmptyWaits), SpaceWakes: mem.Load(&ctl.Wakes),
		Recovered: mem.Load(&ctl.Recovered), Deaths: mem.Load(&ctl.Deaths), Corrupt: mem.Load(&ctl.Corrupt),
		Attaches: mem.Load(&ctl.Attaches),
	}
	st.HighWater = max(st.HighWater, min(st.Used, st.Capacity))
	for i := s.slots.Producers.First; i < s.slots.Producers.End; i++ {
		slot := &s.slots.Table[i]
		st.Sent += mem.Load(&slot.Records)
		st.SentBytes += mem.Load(&slot.Bytes)
		st.FullWaits += mem.Load(&slot.FullWaits)
		st.DataWakes += mem.Load(&slot.Wakes)
	}
	st.Blocked = s.blocked()
	return st
}

// blocked returns whom the consumer waits for, if it still does.
func (s *Segment) blocked() *Blocked {
	ctl := s.control()
	pos := mem.Load(&ctl.BlockedPos)
	slot := mem.Load32(&ctl.BlockedSlot)
	since := mem.Load(&ctl.BlockedAt)
	if pos == 0 || (pos-1)%layout.WordSize != 0 || pos-1 < mem.Load(&ctl.Released) || !s.slots.Producers.Contains(slot) {
		return nil
	}
	pos--
	if state := layout.Word(mem.Peek(s.ring.Word(pos))).State(); state == layout.Committed || state == layout.Pad {
		return nil
	}
	pid := mem.Load32(&s.slots.Table[slot].PID)
	state, _ := proc.State(pid, mem.Load(&s.slots.Table[slot].StartTime))
	return &Blocked{Slot: int(slot), PID: int(pid), State: state, Since: time.Unix(0, int64(since)), Position: pos}
}

// blocker describes whom the ring waits for, for an error message.
func (s *Segment) blocker() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return ""
	}
	if b := s.blocked(); b != nil {
		return b.String()
	}
	return ""
}
