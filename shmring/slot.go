package shmring

import (
	"errors"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// A party holds one slot for life: slot 0 is the consumer's, the others are producers'. The lease
// (a lock that the kernel drops when its holder dies) is the authority; it is also the recovery mutex,
// because whoever takes over a dead party's slot holds it while repairing.

// Producer attaches as a producer: the only one of an SPSC ring, one of many of an MPSC ring. A dead
// predecessor is taken over.
//
// Errors: [BusyError] if a living producer has the ring or all slots are taken, ErrClosed, [ErrReadOnly],
// [CorruptError].
func (s *Segment) Producer() (*Producer, error) {
	var took takeover
	defer took.log(s) // when mu is free again: the handler may call us
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.attachable(); err != nil {
		return nil, err
	}
	i, l, err := s.takeProducerSlot()
	if err != nil {
		return nil, err
	}
	p := &Producer{
		ring:     s.ring,
		slot:     &s.ring.slots[i],
		doorbell: s.dataDoorbell(),
	}
	_, predecessor := layout.SplitStatus(mem.Load(&p.slot.Status))
	torn := predecessor != layout.SlotFree
	var head uint64
	if s.ring.kind == SPSC {
		p.pos, head, err = s.ring.recoverTail(torn)
	} else {
		head, err = s.ring.loadHead(0)
	}
	if err != nil {
		l.Release()
		return nil, err
	}
	p.limit = head + p.capacity
	p.space = newWaiter(s.spaceDoorbell(), s.opts.wait, s.ring.kind == SPSC, &p.slot.FullWaits, &p.ctl.Released)
	if s.ring.kind == SPSC {
		mem.Store(&s.ring.ctl.Tail, p.pos)
	}
	took = s.takeSlot(i, predecessor)
	p.stamp = layout.MakeWord(layout.Committed, i, took.generation, 0, 0)
	p.fastMax = min(p.maxRecord, maxFastPayload)
	p.updateFastPath()
	mem.Add(&s.ring.ctl.Attaches, 1)
	s.announce()
	s.addHandle(&p.handle, l, [2]*doorbell{&p.doorbell, &p.space.doorbell}, func() {
		if p.lost() {
			return
		}
		generation, _ := layout.SplitStatus(mem.Load(&p.slot.Status))
		mem.Store(&p.slot.Status, layout.MakeStatus(generation, layout.SlotFree))
		s.announce()
	})
	return p, nil
}

// Consumer attaches as the consumer and continues after the last released record. A dead predecessor is
// taken over.
//
// Errors: [BusyError] if a living consumer has the ring, ErrClosed, [ErrReadOnly], [CorruptError].
func (s *Segment) Consumer() (*Consumer, error) {
	var took takeover
	defer took.log(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.attachable(); err != nil {
		return nil, err
	}
	l, err := s.leases.Acquire(s.ring.slotLock(0))
	if errors.Is(err, lease.ErrHeld) {
		return nil, &BusyError{Role: RoleConsumer, PID: int(mem.Load32(&s.ring.slots[0].PID))}
	} else if err != nil {
		return nil, s.fail("attach consumer", err)
	}
	ctl := s.ring.ctl
	c := &Consumer{
		ring: s.ring, own: &s.ring.slots[0],
		doorbell:   s.spaceDoorbell(),
		recoveries: recoveries{recovered: mem.Load(&ctl.Recovered), corrupted: mem.Load(&ctl.Corrupt), highWater: mem.Load(&ctl.HighWater)},
		eofState:   eofState{follow: s.opts.follow, changes: mem.Load(&ctl.Changes) - 1},
	}
	if err := c.resume(); err != nil {
		l.Release()
		return nil, err
	}
	c.data = newWaiter(s.dataDoorbell(), s.opts.wait, true, &ctl.EmptyWaits, &ctl.Released)
	c.data.progress = &ctl.Records
	_, predecessor := layout.SplitStatus(mem.Load(&c.own.Status))
	took = s.takeSlot(0, predecessor)
	s.addHandle(&c.handle, l, [2]*doorbell{&c.data.doorbell, &c.doorbell}, func() {
		c.watcher.stop() // whatever became of the memory: nobody may touch it when it is unmapped
		if c.lost() {
			return
		}
		c.flush(c.released())
		generation, _ := layout.SplitStatus(mem.Load(&c.own.Status))
		mem.Store(&c.own.Status, layout.MakeStatus(generation, layout.SlotFree))
	})
	return c, nil
}

// resume finds where the predecessor stopped and finishes a clearing that it did not.
func (c *Consumer) resume() error {
	head, zeroing, released := mem.Load(&c.ctl.Head), mem.Load(&c.ctl.ZeroingTo), mem.Load(&c.ctl.Released)
	if head%layout.WordSize != 0 || zeroing%layout.WordSize != 0 || released%layout.WordSize != 0 ||
		zeroing > head && zeroing-head > c.capacity || released > head && released-head > c.capacity {
		return c.corrupt(head, zeroing, "head, zeroing mark and release mark contradict each other", nil)
	}
	c.head, c.zeroed = head, head
	c.pos = max(head, zeroing, released)
	c.headStep = c.capacity / stepsPerLap
	c.zeroStep = min(c.headStep, maxZeroStep)
	if zeroing > head {
		c.flush(zeroing)
	}
	c.updateFastPath()
	return nil
}

// stepsPerLap: head moves in steps of capacity / stepsPerLap. Small steps cost the producers a miss
// each, large ones leave them less room.
const stepsPerLap = 8

// maxStride is how many bytes are cleared at a time, at the least.
const maxZeroStep = 4096

func (s *Segment) attachable() error {
	if s.closed {
		return ErrClosed
	}
	if mem.Load32(&s.alarm) == alarmLost {
		return ErrSegmentLost
	}
	if s.opts.readOnly {
		return ErrReadOnly
	}
	return nil
}

// takeProducerSlot leases a free slot, slots whose last owner died first: a restarted producer makes up for
// its predecessor there.
func (s *Segment) takeProducerSlot() (uint32, lease.Lease, error) {
	for _, wantDead := range []bool{true, false} {
		for i := uint32(1); i < uint32(len(s.ring.slots)); i++ {
			_, state := layout.SplitStatus(mem.Load(&s.ring.slots[i].Status))
			if dead := state == layout.SlotAttached || state == layout.SlotDead; dead != wantDead || s.ring.quarantined(i) {
				continue
			}
			if state == layout.SlotAttached { // a look is much cheaper than a try
				if held, err := s.leases.Held(s.ring.slotLock(i)); err == nil && held {
					continue
				}
			}
			l, err := s.leases.Acquire(s.ring.slotLock(i))
			if errors.Is(err, lease.ErrHeld) {
				continue
			} else if err != nil {
				return 0, nil, s.fail("attach producer", err)
			}
			if s.ring.quarantined(i) || !s.ring.passWrap(i) {
				l.Release()
				continue
			}
			return i, l, nil
		}
	}
	if s.ring.kind == SPSC {
		return 0, nil, &BusyError{Role: RoleProducer, PID: int(mem.Load32(&s.ring.slots[1].PID))}
	}
	return 0, nil, &BusyError{Role: RoleProducer, Why: "all slots are taken (WithMaxProducers)"}
}

// Generations wrap. A claim that a slot's owner left when the slot had generation g could be taken
// for one of the owner that gets g again, 4096 attachments later. So before a slot wraps, head must have
// passed a mark set at the tail: then nothing old is left in the ring.

// wraps reports that slot i has used up its generations. An SPSC ring knows no claims: there it matters not.
func (r *ring) wraps(i uint32) bool {
	generation, _ := layout.SplitStatus(mem.Load(&r.slots[i].Status))
	return r.kind != SPSC && (generation+1)%layout.MaxGenerations == 0
}

// quarantined reports, without the lease, that slot i cannot be taken yet.
func (r *ring) quarantined(i uint32) bool {
	mark := mem.Load(&r.slots[i].Mark)
	return r.wraps(i) && mark != 0 && mem.Load(&r.ctl.Head)+1 < mark
}

// passWrap, under the lease, sets the mark or passes it.
func (r *ring) passWrap(i uint32) bool {
	if !r.wraps(i) {
		return true
	}
	slot := &r.slots[i]
	mark := mem.Load(&slot.Mark)
	if mark == 0 {
		mark = mem.Load(&r.ctl.Tail) + 1
		mem.Store(&slot.Mark, mark)
	}
	if mem.Load(&r.ctl.Head)+1 < mark {
		return false
	}
	mem.Store(&slot.Mark, 0)
	return true
}

// succession is what became of a slot.
type takeover struct {
	slot, generation uint32
	pid              uint32 // of the predecessor
	died             bool   // it did, and nobody has noticed before
}

func (t *takeover) log(s *Segment) {
	if t.died {
		s.opts.logger.Warn("shmring: took over from a dead process", "slot", t.slot, "pid", t.pid)
	}
}

// occupy writes the owner's description and the slot's next generation, under the lease.
func (s *Segment) takeSlot(i uint32, predecessor layout.SlotState) takeover {
	slot, self := &s.ring.slots[i], proc.Self()
	old, _ := layout.SplitStatus(mem.Load(&slot.Status))
	generation := (old + 1) % layout.MaxGenerations
	took := takeover{i, generation, mem.Load32(&slot.PID), predecessor == layout.SlotAttached}
	if took.died {
		mem.Add(&s.ring.ctl.Deaths, 1)
	}
	mem.Store(&slot.Intent, 0)
	mem.StoreRelaxed32(&slot.PID, self.PID)
	mem.StoreRelaxed(&slot.StartTime, self.StartTime)
	slot.BootID = self.BootID
	mem.StoreRelaxed(&slot.Attached, uint64(time.Now().UnixNano()))
	mem.Store(&slot.Status, layout.MakeStatus(generation, layout.SlotAttached))
	return took
}

// announce makes the consumer look at the slots.
func (s *Segment) announce() {
	mem.Add(&s.ring.ctl.Changes, 1)
	b := s.dataDoorbell()
	if b.socket != nil {
		b.notify()
		return
	}
	b.wakeAll()
}

func (s *Segment) dataDoorbell() doorbell {
	return doorbell{&s.ring.ctl.DataWait, &s.ring.ctl.DataSeq, s.opts.doorbell, dataBit}
}

func (s *Segment) spaceDoorbell() doorbell {
	return doorbell{&s.ring.ctl.SpaceWait, &s.ring.ctl.SpaceSeq, s.opts.doorbell, spaceBit}
}

// register completes a handle. The caller holds mu.
func (s *Segment) addHandle(h *handle, l lease.Lease, bells [2]*doorbell, detach func()) {
	h.seg, h.lease, h.doorbells, h.detach, h.alarm = s, l, bells, detach, &s.alarm
	s.handles[h] = true
}

// slotState looks at slot i and marks it dead where its owner is.
func (s *Segment) slotState(i uint32) (layout.SlotState, error) {
	slot := &s.ring.slots[i]
	status := mem.Load(&slot.Status)
	generation, state := layout.SplitStatus(status)
	if state != layout.SlotAttached {
		return state, nil
	}
	held, err := s.leases.Held(s.ring.slotLock(i))
	if err != nil {
		return state, s.fail("probe lease", err)
	}
	// If the status has changed meanwhile, somebody came or went, who announces it.
	if held || !mem.CAS(&slot.Status, status, layout.MakeStatus(generation, layout.SlotDead)) {
		return state, nil
	}
	mem.Add(&s.ring.ctl.Deaths, 1)
	s.opts.logger.Warn("shmring: a process died without closing", "slot", i, "pid", mem.Load32(&slot.PID))
	return layout.SlotDead, nil
}
