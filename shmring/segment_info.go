package shmring

import (
	"encoding/hex"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// Info describes a segment: what it is and who is attached. In JSON its two 64-bit hashes are decimal strings: many
// readers round numbers beyond 2^53.
type Info struct {
	Name         string    `json:"name"`
	Path         string    `json:"path,omitempty"`
	ID           string    `json:"id"` // random, another one each time the name is created
	Kind         string    `json:"kind"`
	Capacity     uint64    `json:"capacity"`   // ring bytes
	MaxRecord    uint64    `json:"max_record"` // payload bytes
	MaxProducers int       `json:"max_producers"`
	Size         uint64    `json:"size"` // bytes of the whole segment
	Schema       uint64    `json:"schema,string"`
	Checksum     bool      `json:"checksum"`
	Version      uint32    `json:"version"` // of the memory format
	LayoutHash   uint64    `json:"layout_hash,string"`
	Created      time.Time `json:"created"` // by the creator's clock
	// Age is the time since Created. It is never negative, and for a segment of this boot never more than the time since
	// the machine was started, even if the clock was set meanwhile.
	Age        time.Duration `json:"age_ns"`
	CreatorPID int           `json:"creator_pid"`
	Parties    []Party       `json:"parties"`         // whoever is attached, or died attached
	Error      string        `json:"error,omitempty"` // from List: why the rest could not be read
}

// Party is one slot's owner.
type Party struct {
	Role    Role   `json:"role"`
	Slot    int    `json:"slot"`
	PID     int    `json:"pid"`               // in the owner's pid namespace
	Command string `json:"command,omitempty"` // of a living owner that is visible from here
	Alive   bool   `json:"alive"`             // its lease is held, which is all that counts
	// State of the process: running, sleeping, stopped or zombie; gone if the party is not alive; "alive, not visible
	// from here" if it is alive in another pid or time namespace, or hidden from us; empty where the system does not tell.
	State    string        `json:"state,omitempty"`
	Attached time.Time     `json:"attached"` // by the owner's clock
	Age      time.Duration `json:"age_ns"`   // since Attached, as in Info, and at most since its process was started
	Records  uint64        `json:"records"`  // through this slot, all its owners
	Bytes    uint64        `json:"bytes"`
}

// Info returns the segment's geometry, identity and parties. After Close the parties are missing.
func (s *Segment) Info() Info {
	h := &s.header
	info := Info{
		Name: s.name, Path: s.path, ID: hex.EncodeToString(h.ID[:]), Kind: h.Kind.String(),
		Capacity: h.Capacity, MaxRecord: h.MaxRecord, MaxProducers: int(h.SlotCount) - 1, Size: h.SegmentSize,
		Schema: h.Schema, Checksum: h.Flags&layout.FlagChecksummed != 0, Version: h.Version, LayoutHash: h.LayoutHash,
		Created: time.Unix(0, h.Created), CreatorPID: int(h.CreatorPID), Parties: []Party{},
	}
	info.Age = proc.Age(info.Created, h.BootID, proc.Uptime())
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return info
	}
	for i := range s.slots.Table {
		if p, ok := s.party(uint32(i)); ok {
			info.Parties = append(info.Parties, p)
		}
	}
	return info
}

// party describes the owner of slot i, or the last one if it died; false if there is none.
func (s *Segment) party(i uint32) (Party, bool) {
	slot := &s.slots.Table[i]
	_, state := layout.SplitStatus(mem.Load(&slot.Status))
	if state == layout.SlotFree || state == layout.SlotReaped {
		return Party{}, false
	}
	p := Party{
		Role: RoleProducer, Slot: int(i), PID: int(mem.Load32(&slot.PID)),
		Attached: time.Unix(0, int64(mem.Load(&slot.Attached))),
		Records:  mem.Load(&slot.Records), Bytes: mem.Load(&slot.Bytes),
	}
	if s.slots.Consumers.Contains(i) {
		p.Role, p.Records, p.Bytes = RoleConsumer, mem.Load(&s.control().Records), mem.Load(&s.control().Bytes)
	}
	start := mem.Load(&slot.StartTime)
	p.Alive, _ = s.slots.Alive(i)
	boot := s.header.BootID // whoever attached did so later, so in this boot if the segment was made in it
	if p.Alive {
		boot = proc.Self().BootID
	}
	p.Age = proc.Age(p.Attached, boot, proc.SinceStart(start))
	switch {
	case !p.Alive:
		p.State = proc.Gone
	case proc.CanSee:
		var visible bool
		if p.State, p.Command, visible = proc.Look(uint32(p.PID), start); !visible {
			p.State = proc.Hidden
		}
	}
	return p, true
}
