package shmring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// claim is room in the ring that belongs to one producer: total bytes at pos, header included.
type claim struct {
	pos    uint64
	total  uint64
	header uint64 // bytes before the payload: 8, or 16 with an extension
	size   uint64 // bytes of payload asked for
}

// payload returns the memory for the payload.
func (c *claim) payload(r *ring) []byte { return r.span(c.pos+c.header, c.size) }

// reserve claims room for a payload of n bytes, extended or not. ErrFull if there is none now.
func (p *Producer) reserve(n uint64, extended bool) (claim, error) {
	if n > p.maxRecord {
		return claim{}, &TooLargeError{Size: n, Limit: p.maxRecord}
	}
	if p.lent != 0 {
		return claim{}, &BusyError{Role: RoleProducer, Why: "a reservation is open: commit or abort it first"}
	}
	c := claim{header: layout.WordSize, size: n}
	if extended {
		c.header += layout.WordSize
	}
	c.total = layout.RecordSize(c.header, n)
	return c, p.allocAt(&c)
}

// place finds c.total contiguous bytes, sets c.pos and makes them ours.
func (p *Producer) allocAt(c *claim) error {
	var err error
	if p.kind == SPSC {
		c.pos, err = p.allocSPSC(c.total)
	} else {
		c.pos, err = p.allocMPSC(c.total)
	}
	if err != nil && p.lost() {
		err = ErrSegmentLost // whatever the indices read as
	}
	return err
}

// commit publishes the first n bytes of the claim's payload as one record. Whatever is left of the claim
// becomes a pad, stored before the header so that nobody ever finds stale bytes where a header belongs.
func (p *Producer) commit(c claim, n uint64, typ uint16, version uint8) {
	p.commitPiece(c, n, typ, version, 0)
}

// commitPiece is commit with FlagMore, FlagContinued, both or none.
func (p *Producer) commitPiece(c claim, n uint64, typ uint16, version, piece uint8) {
	flags := p.extend(c.pos, c.header, n, typ, version) | layout.Word(piece)<<32
	total := layout.RecordSize(c.header, n)
	if rest := c.total - total; rest > 0 {
		mem.Store(p.word(c.pos+total), uint64(p.pad(rest)))
	}
	// Publish: pairs with the header load in Consumer.find.
	mem.Store(p.word(c.pos), uint64(p.stamp|flags)|n)
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
		sum = checksum(p.span(pos+header, n))
	}
	mem.StoreRelaxed(p.word(pos+layout.WordSize), uint64(layout.MakeExtension(typ, version, sum)))
	return layout.Word(flags) << 32
}

// abandon turns the whole claim into a pad.
func (p *Producer) abort(c claim) {
	mem.Store(p.word(c.pos), uint64(p.pad(c.total)))
	p.advance(c.pos+c.total, 0, 0)
}

// pad returns the word that makes the reader skip n bytes.
func (p *Producer) pad(n uint64) layout.Word {
	return p.stamp | layout.Word(layout.Pad)<<62 | layout.Word(n)
}
