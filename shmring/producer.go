package shmring

import (
	"context"
	"errors"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Producer is the sending end of a ring. It belongs to one goroutine at a time; an MPSC ring takes one
// Producer per goroutine. Close may be called from anywhere.
//
// Every call that writes has two tiers: Send copies the payload in, Reserve lends ring memory to be
// filled in place. A call that succeeded has made its record durable against the death of this process.
type Producer struct {
	handle
	ring
	pos     uint64      // SPSC: where the next record goes
	limit   uint64      // head as last seen, plus capacity: nothing may reach beyond
	stamp   layout.Word // slot and generation, as every word of ours carries them
	plain   bool        // SPSC without checksums: the short way through TrySend
	slot    *layout.Slot
	records uint64
	bytes   uint64
	bell    bell // the consumer's
	wakes   uint64
	space   waiter
	need    uint64 // bytes a wait is for

	open        claim // the reservation that is out
	openings    uint32
	openType    uint16
	openVersion uint8
}

// TrySend copies one record into the ring, or returns [ErrFull] if there is no room for it now. The
// payload may be empty; it is not retained.
//
// Errors: ErrFull, [TooLargeError], ErrClosed, ErrSegmentLost, ErrBusy while a reservation is open,
// [CorruptError].
func (p *Producer) TrySend(payload []byte) error {
	if !p.enter() {
		return p.refuse()
	}
	n := uint64(len(payload))
	total := layout.RecordSize(layout.WordSize, n)
	pos := p.pos
	if !p.plain || n > p.maxRecord || pos+total > p.limit || total > p.room(pos) {
		err := p.trySend(Record{Payload: payload})
		p.leave()
		return err
	}
	mem.CopyIn(p.span(pos+layout.WordSize, n), payload)
	// Publish: pairs with the header load in Consumer.find.
	mem.Store(p.word(pos), uint64(p.stamp)|n)
	p.advance(pos+total, 1, n)
	p.leave()
	return nil
}

// Send is [Producer.TrySend] that waits while the ring is full, until ctx ends. A call that need not
// wait may succeed although ctx has ended; a call that fails with ctx.Err() has written nothing.
//
// A full ring whose consumer is gone stays full until the next consumer attaches: Send waits for it.
func (p *Producer) Send(ctx context.Context, payload []byte) error {
	err := p.TrySend(payload)
	if err != nil && errors.Is(err, ErrFull) {
		return p.retry(ctx, func() error { return p.TrySend(payload) })
	}
	return err
}

// SendRecord is Send with the record's Type and Version; its other fields are ignored. Records with a
// type or version take 8 bytes more in the ring.
func (p *Producer) SendRecord(ctx context.Context, r Record) error {
	return p.retry(ctx, func() error {
		if !p.enter() {
			return p.refuse()
		}
		err := p.trySend(r)
		p.leave()
		return err
	})
}

// SendParts sends the concatenation of parts as one record, without joining them first.
func (p *Producer) SendParts(ctx context.Context, parts ...[]byte) error {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	return p.retry(ctx, func() error {
		if !p.enter() {
			return p.refuse()
		}
		c, err := p.reserve(uint64(n), p.checksum)
		if err == nil {
			b := c.payload(&p.ring)
			for _, part := range parts {
				b = b[copy(b, part):]
			}
			p.commit(c, uint64(n), 0, 0)
		}
		p.leave()
		return err
	})
}

// trySend is the general way for one record. The caller has entered.
func (p *Producer) trySend(r Record) error {
	n := uint64(len(r.Payload))
	c, err := p.reserve(n, p.checksum || r.Type != 0 || r.Version != 0)
	if err != nil {
		return err
	}
	mem.CopyIn(c.payload(&p.ring), r.Payload)
	p.commit(c, n, r.Type, r.Version)
	return nil
}

// retry runs try until it returns something else than ErrFull, waiting for room in between.
func (p *Producer) retry(ctx context.Context, try func() error) error {
	for {
		err := try()
		if !errors.Is(err, ErrFull) {
			return err
		}
		if !p.enter() {
			return p.refuse()
		}
		err = p.space.wait(ctx, p)
		p.leave()
		if err != nil {
			return p.waitError("send", err)
		}
	}
}

func (p *Producer) waitError(op string, err error) error {
	if errors.Is(err, ErrClosed) || errors.Is(err, ErrSegmentLost) || errors.Is(err, ErrCorrupt) {
		return err
	}
	return &WaitError{Op: op, Err: err, Peer: p.seg.holdup()}
}

// advance accounts for published records and wakes the consumer if it sleeps.
func (p *Producer) advance(pos, records, bytes uint64) {
	if p.kind == SPSC {
		p.pos = pos
		mem.Note(&p.ctl.Tail, pos)
	}
	p.records += records
	p.bytes += bytes
	mem.Note(&p.slot.Records, p.records)
	mem.Note(&p.slot.Bytes, p.bytes)
	if p.bell.pending() {
		p.ringBell()
	}
}

func (p *Producer) ringBell() {
	if p.bell.ring() {
		p.wakes++
		mem.Note(&p.slot.Wakes, p.wakes)
	}
}

// ready, attend and patience make a Producer wait for room.
func (p *Producer) ready() bool {
	// MPSC producers race for the room; whoever comes too late waits again.
	return mem.Load(&p.ctl.Head) != p.limit-p.capacity || p.gone() != nil
}

func (p *Producer) attend() (bool, error)   { return false, nil }
func (p *Producer) patience() time.Duration { return backstop }

// Close ends the stream of this producer: when the last one has closed and the ring is drained, the
// consumer sees io.EOF. It unblocks a call that waits in another goroutine, which returns ErrClosed.
// While a reservation is out, the slot and the memory stay until Commit or Abort, which finish the job.
func (p *Producer) Close() error { return p.close() }
