package shmring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The fast path of a reservation, for a Sender: an only producer that knows of enough free bytes needs no
// claim for them. It is open where Send's is, see Producer.measure.

// begin lends n bytes at p.pos behind a header of 8 or 16 bytes. nil: take the slow path. Otherwise
// publish or cancel must follow; the producer is busy until then, as with a Reservation.
func (p *Producer) lendFast(header, n uint64) []byte {
	if p.enter() != nil || layout.RecordSize(header, n) > p.fastLimit-p.pos || n > p.maxRecord {
		p.leave()
		return nil
	}
	mem.StoreRelaxed32(&p.lent, 1)
	p.fastLimit = p.pos
	p.leave()
	return p.span(p.pos+header, n)
}

// publish makes a record of what begin lent.
func (p *Producer) commitFast(header, n uint64, typ uint16, version uint8) error {
	p.enter() // the memory outlives Close until settle
	flags := p.extend(p.pos, header, n, typ, version)
	// Publish: pairs with the header load in Consumer.recv and Consumer.find.
	mem.Store(p.word(p.pos), uint64(p.stamp|flags)|n)
	p.advance(p.pos+layout.RecordSize(header, n), 1, n)
	p.returnLent()
	p.updateFastPath()
	return p.lossError()
}

// cancel takes back what begin lent: nothing has claimed these bytes, so they must be zero again.
func (p *Producer) abortFast(header, n uint64) {
	p.enter() // the memory outlives Close until settle
	p.zero(p.pos, p.pos+layout.RecordSize(header, n))
	p.returnLent()
	p.updateFastPath()
}
