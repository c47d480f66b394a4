package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// AttachProducer makes p a producer: it takes a slot, repairs what a dead predecessor left in an SPSC ring, and announces the new
// producer to the consumer. The lease in the Takeover is the caller's to release after Detach.
//
// Errors: [*HeldError], [ErrNoSlot], [*LeaseError], [*Violation].
func (r *Ring) AttachProducer(p *Producer) (Takeover, error) {
	*p = Producer{Ring: *r}
	t, err := r.lockProducer()
	if err != nil {
		return t, err
	}
	var head uint64
	if r.kind == layout.SPSC {
		p.pos, head, err = r.recoverTail(t.Torn)
	} else {
		head, err = r.loadHead(0)
	}
	if err != nil {
		t.Lease.Release()
		return t, err
	}
	p.limit = head + p.capacity
	p.index, p.slot = t.Slot, &r.slots.Table[t.Slot]
	if r.kind == layout.SPSC {
		mem.Store(&r.ctl.Tail, p.pos)
	}
	r.slots.occupy(&t)
	p.stamp = layout.MakeWord(layout.Committed, t.Slot, t.Generation, 0, 0)
	p.fastMax = min(p.maxRecord, maxFastPayload)
	p.updateFastPath()
	mem.Add(&r.ctl.Attaches, 1)
	r.announce()
	return t, nil
}

// AttachConsumer makes c the consumer: it takes the consumer's slot and continues where the last owner stopped, after it has finished a zeroing
// that the last owner did not. With follow the end of the stream is not reported: more producers may come. The lease in
// the Takeover is the caller's to release after Detach.
//
// Errors: [*HeldError], [*LeaseError], [*Violation].
func (r *Ring) AttachConsumer(c *Consumer, follow bool) (Takeover, error) {
	index := r.slots.Consumers.First
	t, err := r.slots.lock(index, "attach consumer")
	if err != nil {
		return t, err
	}
	*c = Consumer{
		Ring: *r, index: index,
		counters: counters{recovered: mem.Load(&r.ctl.Recovered), corrupted: mem.Load(&r.ctl.Corrupt), highWater: mem.Load(&r.ctl.HighWater)},
		eof:      eof{follow: follow, changes: mem.Load(&r.ctl.Changes) - 1},
	}
	if err := c.resume(); err != nil {
		t.Lease.Release()
		return t, err
	}
	r.slots.noteLast(&t)
	r.slots.occupy(&t)
	return t, nil
}

// announce makes the consumer look at the slots.
func (r *Ring) announce() {
	mem.Add(&r.ctl.Changes, 1)
	r.dataBell.Announce()
}
