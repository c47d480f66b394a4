package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Producer is the engine's sending end: where the next record goes, and how much space is known. It belongs to one
// goroutine at a time.
type Producer struct {
	pos       uint64      // SPSC: where the next record goes
	fastLimit uint64      // SPSC: the fast path goes up to here; never below pos, and at pos it is closed
	fastMax   uint64      // largest payload for the fast path
	mpscMin   uint64      // MPSC: smallest payload that is too large for the fast path; 0: it is closed
	stamp     layout.Word // slot and generation, as every word of ours carries them
	slot      *layout.Slot
	Ring
	limit  uint64 // head as last seen, plus capacity: nothing may reach beyond
	index  uint32 // of slot
	paused bool   // the fast path is closed until Resume
}

// maxFastPayload is the longest payload, in bytes, for the fast path.
const maxFastPayload = 64 << 10

// Detach gives the slot up, in the last call on p. No claim may be open.
func (p *Producer) Detach() {
	p.slots.free(p.index)
	p.announce()
}

// Pause closes the fast path, while a claim is in the user's hands. Resume opens it again.
func (p *Producer) Pause() { p.paused = true; p.updateFastPath() }

// Resume: see Pause.
func (p *Producer) Resume() { p.paused = false; p.updateFastPath() }

// Slot returns the slot's counters.
func (p *Producer) Slot() *layout.Slot { return p.slot }

// SpaceChanged reports whether head has moved since the producer looked last. MPSC producers race for the space;
// whoever comes too late waits again.
func (p *Producer) SpaceChanged() bool { return mem.Load(&p.ctl.Head) != p.limit-p.capacity }

// updateFastPath opens or closes the fast path.
func (p *Producer) updateFastPath() {
	p.fastLimit, p.mpscMin = p.pos, 0
	switch {
	case p.checksum || p.paused:
	case p.kind == layout.SPSC:
		p.fastLimit += min(p.ToEnd(p.pos), p.limit-p.pos, maxChunk)
	default:
		p.mpscMin = p.fastMax + 1
	}
}

// advance accounts for published records and wakes the consumer if it sleeps. pos is where they end.
func (p *Producer) advance(pos, records, bytes uint64) {
	if p.kind == layout.SPSC {
		p.pos = pos
		p.updateFastPath()
		mem.StoreRelaxed(&p.ctl.Tail, pos)
	}
	mem.AddOwned(&p.slot.Records, records)
	mem.AddOwned(&p.slot.Bytes, bytes)
	p.NotifyPending()
}

// notify wakes the consumer.
func (p *Producer) notify() {
	if p.dataBell.Notify() {
		mem.AddOwned(&p.slot.Wakes, 1)
	}
}

// PlainWord returns the header word of a plain record of n bytes of payload.
func (p *Producer) PlainWord(n uint64) layout.Word { return p.stamp | layout.Word(n) }

// PublishFast publishes the plain record at at, whose payload is complete, and reports whether the consumer sleeps.
// NotifyPending must follow then.
func (p *Producer) PublishFast(at Ref, word layout.Word) (asleep bool) {
	// Publish: pairs with the header loads in Consumer.Header and Consumer.Find.
	mem.Store(at.Word(), uint64(word))
	slot := p.slot
	mem.AddOwned(&slot.Records, 1)
	mem.AddOwned(&slot.Bytes, uint64(word.Length()))
	return p.dataBell.Pending()
}

// NotifyPending wakes the consumer if it sleeps.
func (p *Producer) NotifyPending() {
	if p.dataBell.Pending() {
		p.notify()
	}
}

// Position returns where the next record of an SPSC producer goes.
func (p *Producer) Position() uint64 { return p.pos }
