package shmring

import (
	"fmt"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// Stats is a ring's counters, read without stopping anybody. Each number is exact, but while others work they are not
// all of the same moment. Counters start when the segment is created.
type Stats struct {
	Sent          uint64   `json:"sent"`           // records committed
	SentBytes     uint64   `json:"sent_bytes"`     // of payload
	Received      uint64   `json:"received"`       // records released
	ReceivedBytes uint64   `json:"received_bytes"` // of payload
	Used          uint64   `json:"used"`           // ring bytes not yet given back to producers, headers included
	HighWater     uint64   `json:"high_water"`     // the most of them so far
	Capacity      uint64   `json:"capacity"`       // ring bytes
	FullWaits     uint64   `json:"full_waits"`     // times a producer slept because the ring was full
	EmptyWaits    uint64   `json:"empty_waits"`    // times the consumer slept because the ring was empty
	DataWakes     uint64   `json:"data_wakes"`     // wake-up calls to the consumer
	SpaceWakes    uint64   `json:"space_wakes"`    // wake-up calls to producers
	Recovered     uint64   `json:"recovered"`      // unfinished records of dead producers skipped
	Deaths        uint64   `json:"deaths"`         // parties that ended without closing, as far as noticed
	Corrupt       uint64   `json:"corrupt"`        // violations of the format found by the consumer
	Attaches      uint64   `json:"attaches"`       // producers that ever came
	Blocked       *Blocked `json:"blocked,omitempty"`
}

// Blocked names the living process that a ring waits for: a producer of an MPSC ring that claimed space and has not
// finished, because it is slow, stopped, or holds a reservation open; or a consumer that is stopped while there are
// records.
type Blocked struct {
	Role     Role      `json:"role"`
	Slot     int       `json:"slot"`
	PID      int       `json:"pid"`            // in its own pid namespace
	State    string    `json:"state"`          // as in Party
	Since    time.Time `json:"since,omitzero"` // by the consumer's clock; zero for a consumer
	Position uint64    `json:"position"`       // of what the ring waits for
}

func (b *Blocked) String() string {
	s := fmt.Sprintf("%s process %d (slot %d", b.Role, b.PID, b.Slot)
	if b.State != "" {
		s += ", " + b.State
	}
	s += ")"
	if !b.Since.IsZero() {
		s += fmt.Sprintf(" for %s", max(time.Since(b.Since), 0).Round(time.Millisecond))
	}
	return s
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

// blocked returns whom the ring waits for.
func (s *Segment) blocked() *Blocked {
	if b := s.blockedProducer(); b != nil {
		return b
	}
	ctl := s.control()
	if mem.Load(&ctl.Tail) <= mem.Load(&ctl.Released) {
		return nil
	}
	if b := s.livingConsumer(); b != nil && b.State == proc.Stopped {
		return b
	}
	return nil
}

// blockedProducer returns the producer that the consumer waits for, if it still does.
func (s *Segment) blockedProducer() *Blocked {
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
	return s.living(slot, Blocked{Role: RoleProducer, Since: time.Unix(0, int64(since)), Position: pos})
}

// livingConsumer describes the consumer, if there is one.
func (s *Segment) livingConsumer() *Blocked {
	return s.living(s.slots.Consumers.First, Blocked{Role: RoleConsumer, Position: mem.Load(&s.control().Released)})
}

// living completes the description of the owner of slot i; nil if it does not live.
func (s *Segment) living(i uint32, b Blocked) *Blocked {
	p, ok := s.party(i)
	if !ok || !p.Alive {
		return nil
	}
	b.Slot, b.PID, b.State = p.Slot, p.PID, p.State
	return &b
}

// blocker describes whom a waiting call of a party with this role waits for, for an error message.
func (s *Segment) blocker(role Role) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return ""
	}
	b := s.blocked()
	if b == nil && role == RoleProducer {
		b = s.livingConsumer()
	}
	if b == nil {
		return ""
	}
	return b.String()
}
