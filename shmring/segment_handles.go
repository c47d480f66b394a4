package shmring

import (
	"errors"
	"fmt"

	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Producer attaches as a producer: the only one of an SPSC ring, one of many of an MPSC ring. It takes over from a dead
// predecessor.
//
// Errors: [BusyError] if a living producer has the ring or all slots are taken; fs.ErrNotExist if the segment's name was
// removed; ErrClosed, [ErrReadOnly], [CorruptError], [ErrSegmentLost]; [OptionError] where Open or FromFile attached the
// segment [WithFollow].
func (s *Segment) Producer() (*Producer, error) {
	var took ring.Takeover
	defer func() { took.Log(s.opts.logger) }() // when mu is free again: the handler may call us
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.attachable(); err != nil {
		return nil, err
	}
	if s.opts.follow && (s.opts.call == &callOpen || s.opts.call == &callFromFile) {
		return nil, &OptionError{Option: "WithFollow", Call: "Producer", Want: "segments that are opened for a consumer"}
	}
	p := &Producer{seg: s}
	var err error
	if took, err = s.ring.AttachProducer(&p.ring); err != nil {
		return nil, s.attachError(RoleProducer, err)
	} else if s.lost() {
		return nil, errors.Join(ErrSegmentLost, took.Lease.Release())
	}
	p.space.Init(wait.Config{
		Doorbell: s.spaceBell, Mode: s.opts.wait.mode(), Sole: s.ring.Kind() == SPSC,
		Parks: &p.ring.Slot().FullWaits, Flow: &s.control().Released,
	})
	s.addHandle(&p.guard, took, p.ring.Detach, nil)
	return p, nil
}

// Consumer attaches as the consumer and continues after the last released record. It takes over from a dead predecessor.
//
// Errors: [BusyError] if a living consumer has the ring; fs.ErrNotExist if the segment's name was removed; ErrClosed,
// [ErrReadOnly], [CorruptError], [ErrSegmentLost].
func (s *Segment) Consumer() (*Consumer, error) {
	var took ring.Takeover
	defer func() { took.Log(s.opts.logger) }()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.attachable(); err != nil {
		return nil, err
	}
	c := &Consumer{seg: s}
	var err error
	if took, err = s.ring.AttachConsumer(&c.ring, s.opts.follow); err != nil {
		return nil, s.attachError(RoleConsumer, err)
	} else if s.lost() {
		return nil, errors.Join(ErrSegmentLost, took.Lease.Release())
	}
	ctl := s.control()
	c.data.Init(wait.Config{
		Doorbell: s.dataBell, Mode: s.opts.wait.mode(), Sole: true,
		Parks: &ctl.EmptyWaits, Flow: &ctl.Released, Progress: &ctl.Records,
	})
	s.addHandle(&c.guard, took, c.ring.Detach, c.watcher.Stop)
	return c, nil
}

// attachable returns why nobody can attach now, or nil.
func (s *Segment) attachable() error {
	if s.closed {
		return ErrClosed
	}
	if s.lost() || !s.whole() {
		return ErrSegmentLost
	}
	if s.opts.readOnly {
		return ErrReadOnly
	}
	return nil
}

// lost reports that the memory vanished.
func (s *Segment) lost() bool { return mem.Load32(&s.alarm) == lifetime.AlarmLost }

// attachError turns an engine's refusal to attach into an error of this package.
func (s *Segment) attachError(role Role, err error) error {
	var held *ring.HeldError
	switch why := busyReason(err); {
	case s.lost():
		return ErrSegmentLost // whatever its words read as
	case why != "":
		return &BusyError{Role: role, Why: why}
	case errors.As(err, &held):
		return s.heldError(role, held.PID)
	case err == ring.ErrNoSlot:
		return &BusyError{Role: role, Why: "all slots are taken (WithMaxProducers)"}
	}
	return publicError(err, s.path)
}

// heldError names the holder of a role. It also reports that no such process is visible from here.
func (s *Segment) heldError(role Role, pid int) error {
	e := &BusyError{Role: role, PID: pid}
	first := s.slots.Consumers.First
	if role == RoleProducer {
		first = s.slots.Producers.First // the only one: of many, the error names none
	}
	if p, ok := s.party(first); ok && p.PID == pid && p.State == proc.Hidden {
		e.Why = fmt.Sprintf("held by process %d, which is not visible from here", pid)
	}
	return e
}

// busyReason describes what, other than a holder, keeps a lease from us; empty if nothing does.
func busyReason(err error) string {
	switch {
	case errors.Is(err, lease.ErrObstructed):
		return "nobody holds it, but a process that may only read the file has locked it"
	case errors.Is(err, lease.ErrRemoving):
		return "another process is removing the segment, or is deciding whether to"
	}
	return ""
}

// addHandle registers a handle that holds the slot it took. When the handle is closed, stop runs, and detach unless the
// memory was lost, both while lease and mapping are still held. The caller holds mu.
func (s *Segment) addHandle(g *lifetime.Guard, took ring.Takeover, detach, stop func()) {
	g.Init(lifetime.Config{
		Alarm: &s.alarm, Doorbells: [2]*wait.Doorbell{&s.dataBell, &s.spaceBell}, Whole: s.whole,
		Finish: func() {
			if stop != nil {
				stop()
			}
			if !g.Lost() {
				detach()
			}
			took.Lease.Release()
			s.removeHandle(g)
		},
	})
	s.handles[g] = true
}

// whole asks the system whether the memory still has the header's size.
func (s *Segment) whole() bool {
	size := s.mapping.Size()
	return size < 0 || s.mapping.Heap() || uint64(size) >= s.header.SegmentSize
}
