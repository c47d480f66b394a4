package shmring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The short way of a reservation, for a Sender: an only producer that knows of enough free bytes needs no
// claim for them. It is open where Send's is, see Producer.measure.

// begin lends n bytes at p.pos behind a header of 8 or 16 bytes. nil: take the general way. Otherwise
// publish or cancel must follow; the producer is busy until then, as with a Reservation.
func (p *Producer) begin(header, n uint64) []byte {
	if p.enter() != nil || layout.RecordSize(header, n) > p.reach-p.pos || n > p.maxRecord {
		p.leave()
		return nil
	}
	mem.Note32(&p.lent, 1)
	p.reach = p.pos
	p.leave()
	return p.span(p.pos+header, n)
}

// publish makes a record of what begin lent.
func (p *Producer) publish(header, n uint64, typ uint16, version uint8) error {
	p.enter() // the memory outlives Close until settle
	flags := p.extend(p.pos, header, n, typ, version)
	// Publish: pairs with the header load in Consumer.receive and Consumer.find.
	mem.Store(p.word(p.pos), uint64(p.stamp|flags)|n)
	p.advance(p.pos+layout.RecordSize(header, n), 1, n)
	p.settle()
	p.measure()
	return p.afterLoss()
}

// cancel takes back what begin lent: nothing has claimed these bytes, so they must be zero again.
func (p *Producer) cancel(header, n uint64) {
	p.enter() // the memory outlives Close until settle
	p.zero(p.pos, p.pos+layout.RecordSize(header, n))
	p.settle()
	p.measure()
}
