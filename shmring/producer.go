package shmring

import (
	"context"
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
	pos         uint64      // SPSC: where the next record goes
	fastLimit   uint64      // SPSC: the fast path through send goes up to here; never below pos, and at pos it is closed
	fastMax     uint64      // largest payload for the fast path through send
	fastMPSCEnd uint64      // MPSC: smallest payload that is too large for the fast path through send; 0: it is closed
	stamp       layout.Word // slot and generation, as every word of ours carries them
	slot        *layout.Slot
	doorbell    doorbell // the consumer's
	ring
	limit       uint64 // head as last seen, plus capacity: nothing may reach beyond
	space       waiter
	open        claim  // the reservation that is out
	openings    uint32 // reservations that have ended
	openType    uint16
	openVersion uint8
}

// TrySend copies one record into the ring, or returns [ErrFull] if there is no room for it now. The
// payload may be empty; it is not retained.
//
// Errors: ErrFull, [TooLargeError], ErrClosed, ErrSegmentLost, ErrBusy while a reservation is open,
// [CorruptError].
func (p *Producer) TrySend(payload []byte) error { return p.send(noWait, payload) }

// Send is [Producer.TrySend] that waits while the ring is full, until ctx ends. A call that need not
// wait may succeed although ctx has ended; a call that fails with ctx.Err() has written nothing.
//
// A full ring whose consumer is gone stays full until the next consumer attaches: Send waits for it.
func (p *Producer) Send(ctx context.Context, payload []byte) error { return p.send(ctx, payload) }

// send has a fast path for the common case: a plain record of moderate size, and known room for it. It makes as few
// stores as it can, for they are what its speed depends on; so everything else, and whatever would have to
// be kept over a call, is left to others. ctx is nil where the caller does not wait.
func (p *Producer) send(ctx context.Context, payload []byte) error {
	if !p.start() {
		return p.refuseCall()
	}
	n := uint64(len(payload))
	total := layout.RecordSize(layout.WordSize, n)
	pos := p.pos
	if total <= p.fastLimit-pos && n <= p.fastMax {
		p.pos = pos + total
		mem.StoreRelaxed(&p.ctl.Tail, pos+total)
	} else {
		pos = mem.Load(&p.ctl.Tail)
		used := pos - (p.limit - p.capacity)
		if n >= p.fastMPSCEnd || total > p.room(pos) || used > p.capacity-total || pos%layout.WordSize != 0 ||
			!p.claim(pos, total, p.mark(total)) {
			return p.sendSlowPayload(ctx, payload)
		}
	}
	at, word := p.ref(pos), uint64(p.stamp)|n
	switch {
	case n < 8 || n > mem.Inline:
		mem.CopyIn(at.payload(n), payload)
	case n >= 32:
		mem.Copy32(at.start(), pointer(payload), n)
	case n >= 16:
		mem.Copy16(at.start(), pointer(payload), n)
	default:
		mem.Copy8(at.start(), pointer(payload), n)
	}
	// Publish: pairs with the header loads in Consumer.recv and Consumer.find.
	mem.Store(at.word(), word)
	slot := p.slot
	mem.AddOwned(&slot.Records, 1)
	mem.AddOwned(&slot.Bytes, uint64(layout.Word(word).Length()))
	if p.doorbell.pending() || p.lost() {
		return p.finishSend()
	}
	p.leave()
	return nil
}

// maxQuick is the longest payload, in bytes, for the fast path through send.
const maxFastPayload = 64 << 10

// sent ends the fast path where there is more to do.
func (p *Producer) finishSend() error {
	if p.doorbell.pending() {
		p.notifyConsumer()
	}
	err := p.lossError()
	p.leave()
	return err
}

// sendElse is send where the fast path is closed. The caller has entered; sendElse leaves.
//
//go:noinline
func (p *Producer) sendSlowPayload(ctx context.Context, payload []byte) error {
	return p.sendSlow(ctx, Record{Payload: payload})
}

// sendSlow is the slow path for one record. The caller has entered; sendSlow leaves.
func (p *Producer) sendSlow(ctx context.Context, r Record) error {
	err := p.trySend(r)
	for err == ErrFull && ctx != nil {
		if err = p.waitSpace(ctx); err == nil {
			err = p.trySend(r)
		}
	}
	if err == nil && p.lost() {
		err = ErrSegmentLost
	}
	p.leave()
	return err
}

// SendRecord is Send with the record's Type and Version; its other fields are ignored. Records with a
// type or version take 8 bytes more in the ring.
func (p *Producer) SendRecord(ctx context.Context, r Record) error {
	if err := p.enter(); err != nil {
		return err
	}
	return p.sendSlow(ctx, r)
}

// SendParts sends the concatenation of parts as one record, without joining them first.
func (p *Producer) SendParts(ctx context.Context, parts ...[]byte) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	n := uint64(0)
	for _, part := range parts {
		n += uint64(len(part))
	}
	c, err := p.allocWait(ctx, n, p.checksum)
	if err != nil {
		return err
	}
	b := c.payload(&p.ring)
	for _, part := range parts {
		b = b[copy(b, part):]
	}
	p.commit(c, n, 0, 0)
	return p.lossError()
}

// trySend makes one attempt to send r. The caller has entered.
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

// obtain is reserve that waits for room. The caller has entered.
func (p *Producer) allocWait(ctx context.Context, n uint64, extended bool) (claim, error) {
	for {
		c, err := p.reserve(n, extended)
		if err != ErrFull || ctx == nil {
			return c, err
		}
		if err := p.waitSpace(ctx); err != nil {
			return c, err
		}
	}
}

// await waits for room. The caller has entered.
func (p *Producer) waitSpace(ctx context.Context) error {
	err := p.space.wait(ctx, p)
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "send", Err: err, Peer: p.seg.blocker()}
	}
	return err
}

// advance accounts for published records and wakes the consumer if it sleeps. pos is where they end.
func (p *Producer) advance(pos, records, bytes uint64) {
	if p.kind == SPSC {
		p.pos = pos
		p.updateFastPath()
		mem.StoreRelaxed(&p.ctl.Tail, pos)
	}
	mem.AddOwned(&p.slot.Records, records)
	mem.AddOwned(&p.slot.Bytes, bytes)
	if p.doorbell.pending() {
		p.notifyConsumer()
	}
}

// measure opens or closes the fast path through send.
func (p *Producer) updateFastPath() {
	p.fastLimit, p.fastMPSCEnd = p.pos, 0
	switch {
	case p.checksum || p.lent != 0:
	case p.kind == SPSC:
		p.fastLimit += min(p.room(p.pos), p.limit-p.pos, maxChunk)
	default:
		p.fastMPSCEnd = p.fastMax + 1
	}
}

func (p *Producer) notifyConsumer() {
	if p.doorbell.notify() {
		mem.AddOwned(&p.slot.Wakes, 1)
	}
}

// ready, attend and patience make a Producer wait for room.
func (p *Producer) ready() bool {
	// MPSC producers race for the room; whoever comes too late waits again.
	return mem.Load(&p.ctl.Head) != p.limit-p.capacity
}

func (p *Producer) recheck(bool) (bool, error) { return false, nil }
func (p *Producer) maxSleep() time.Duration    { return backstop }

// Close ends the stream of this producer: when the last one has closed and the ring is drained, the
// consumer sees io.EOF. It unblocks a call that waits in another goroutine, which returns ErrClosed.
// While a reservation is out, the slot and the memory stay until Commit or Abort, which finish the job.
func (p *Producer) Close() error { return p.close() }
