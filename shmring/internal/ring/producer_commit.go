package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Claim is space in the ring that belongs to one producer: total bytes at pos, header included.
type Claim struct {
	pos    uint64
	total  uint64
	header uint64 // bytes before the payload: 8, or 16 with an extension
	size   uint64 // bytes of payload asked for
}

// Meta is what a record says beside its payload. Only records with an extension can have a type or version.
type Meta struct {
	Type    uint16
	Version uint8
	Piece   uint8 // layout.FlagMore, layout.FlagContinued, both or none
}

// Alloc claims space for a payload of n bytes, at most MaxRecord, with an extension word or without. Exactly one
// of Commit and Abort must follow.
//
// Errors: [ErrFull], [*Violation].
func (p *Producer) Alloc(n uint64, extended bool) (Claim, error) {
	c := Claim{header: layout.WordSize, size: n}
	if extended || p.checksum {
		c.header += layout.WordSize
	}
	c.total = layout.RecordSize(c.header, n)
	var err error
	c.pos, err = p.alloc(c.total)
	return c, err
}

// alloc finds total contiguous bytes and makes them ours.
func (p *Producer) alloc(total uint64) (uint64, error) {
	if p.kind == layout.SPSC {
		return p.allocSPSC(total)
	}
	return p.allocMPSC(total)
}

// Payload returns the memory for a claim's payload.
func (p *Producer) Payload(c Claim) []byte { return p.Span(c.pos+c.header, c.size) }

// Commit publishes the first n bytes of the claim's payload as one record. Whatever is left of the claim
// becomes a pad, stored before the header so that nobody ever finds stale bytes where a header belongs.
func (p *Producer) Commit(c Claim, n uint64, m Meta) {
	flags := p.extend(c.pos, c.header, n, m.Type, m.Version) | layout.Word(m.Piece)<<32
	total := layout.RecordSize(c.header, n)
	if rest := c.total - total; rest > 0 {
		mem.Store(p.Word(c.pos+total), uint64(p.pad(rest)))
	}
	// Publish: pairs with the header load in Consumer.Find.
	mem.Store(p.Word(c.pos), uint64(p.stamp|flags)|n)
	p.advance(c.pos+c.total, 1, n)
}

// extend writes the extension word of a record at pos whose payload is complete, if its header has room
// for one, and returns the flags for the header word.
func (p *Producer) extend(pos, header, n uint64, typ uint16, version uint8) layout.Word {
	if header == layout.WordSize {
		return 0
	}
	flags, sum := layout.FlagExtension, uint32(0)
	if p.checksum {
		flags |= layout.FlagChecksum
		sum = Checksum(p.Span(pos+header, n))
	}
	mem.StoreRelaxed(p.Word(pos+layout.WordSize), uint64(layout.MakeExtension(typ, version, sum)))
	return layout.Word(flags) << 32
}

// Abort turns the whole claim into a pad.
func (p *Producer) Abort(c Claim) {
	mem.Store(p.Word(c.pos), uint64(p.pad(c.total)))
	p.advance(c.pos+c.total, 0, 0)
}

// pad returns the word that makes the reader skip n bytes.
func (p *Producer) pad(n uint64) layout.Word {
	return p.stamp | layout.Word(layout.Pad)<<62 | layout.Word(n)
}
