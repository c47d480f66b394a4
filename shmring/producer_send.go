package shmring

import (
	"context"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
)

// TrySend copies one record into the ring, or returns [ErrFull] if there is no space for it now. The
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

// send has a fast path for the common case: a plain record of moderate size, and space that is known. It makes as few
// stores as it can, because they bound its speed; everything else, and whatever would have to
// be kept over a call, is left to the slow path. ctx is nil where the caller does not wait.
func (p *Producer) send(ctx context.Context, payload []byte) error {
	if !p.guard.Start() {
		return p.guard.Refuse()
	}
	n := uint64(len(payload))
	total := layout.RecordSize(layout.WordSize, n)
	var at ring.Ref
	if p.ring.FitsSPSC(total, n) {
		at = p.ring.AllocFastSPSC(total)
	} else {
		pos := p.ring.Tail()
		if !p.ring.FitsMPSC(pos, total, n) || !p.ring.TryClaim(pos, total, p.ring.ClaimWord(total)) {
			return p.sendSlow(ctx, payload)
		}
		at = p.ring.Ref(pos)
	}
	word := p.ring.PlainWord(n)
	switch {
	case n < 8 || n > mem.Inline:
		mem.CopyIn(at.Payload(n), payload)
	case n >= 32:
		mem.Copy32(at.Start(), mem.Pointer(payload), n)
	case n >= 16:
		mem.Copy16(at.Start(), mem.Pointer(payload), n)
	default:
		mem.Copy8(at.Start(), mem.Pointer(payload), n)
	}
	if p.ring.PublishFast(at, word) || p.guard.Lost() {
		return p.finishSend()
	}
	p.guard.Leave()
	return nil
}

// finishSend ends the fast path where there is more to do.
func (p *Producer) finishSend() error {
	p.ring.NotifyPending()
	err := p.guard.LossError()
	p.guard.Leave()
	return err
}

// sendSlow is send where the fast path is closed. The caller has entered; sendSlow leaves.
//
//go:noinline
func (p *Producer) sendSlow(ctx context.Context, payload []byte) error {
	err := p.sendFilled(ctx, uint64(len(payload)), false, ring.Meta{}, func(b []byte) { mem.CopyIn(b, payload) })
	p.guard.Leave()
	return err
}

// sendFilled is the slow path of every verb that sends one record: it claims space for n bytes, has fill write them,
// and commits. The caller has entered, and leaves.
func (p *Producer) sendFilled(ctx context.Context, n uint64, extended bool, m ring.Meta, fill func(b []byte)) error {
	c, err := p.alloc(ctx, n, extended)
	if err != nil {
		return err
	}
	fill(p.ring.Payload(c))
	p.ring.Commit(c, n, m)
	return p.guard.LossError()
}

// SendRecord is Send with the record's Type and Version; its other fields are ignored. Records with a
// type or version take 8 bytes more in the ring.
func (p *Producer) SendRecord(ctx context.Context, r Record) error {
	if err := p.guard.Enter(); err != nil {
		return err
	}
	defer p.guard.Leave()
	extended := r.Type != 0 || r.Version != 0
	return p.sendFilled(ctx, uint64(len(r.Payload)), extended, meta(r.Type, r.Version), func(b []byte) { mem.CopyIn(b, r.Payload) })
}

// SendParts sends the concatenation of parts as one record, without joining them first.
func (p *Producer) SendParts(ctx context.Context, parts ...[]byte) error {
	if err := p.guard.Enter(); err != nil {
		return err
	}
	defer p.guard.Leave()
	n := uint64(0)
	for _, part := range parts {
		n += uint64(len(part))
	}
	return p.sendFilled(ctx, n, false, ring.Meta{}, func(b []byte) {
		for _, part := range parts {
			b = b[copy(b, part):]
		}
	})
}
