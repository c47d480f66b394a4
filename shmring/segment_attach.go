package shmring

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/fault"
	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// identify fills in the header's fields that tell one segment from another.
func identify(h *layout.Header) {
	self := proc.Self()
	rand.Read(h.ID[:])
	h.Created, h.CreatorPID, h.BootID = time.Now().UnixNano(), self.PID, self.BootID
	h.Seal()
}

func writeHeader(h *layout.Header) func([]byte) error {
	return func(mem []byte) error {
		copy(mem, layout.Bytes(h))
		return nil
	}
}

// link is what a connection gives to each of its two segments beside options.
type link struct {
	doorbell *wait.SocketDoorbell // the second way of waking
	peer     *lease.Peer          // whether the other end lives
}

func newLink() link { return link{wait.NewSocketDoorbell(), new(lease.Peer)} }

// attach checks a mapping and builds the segment; on error it unmaps. l is zero for a segment that is no connection's.
func attach(name, path string, m *shm.Mapping, o options, l link) (*Segment, error) {
	s, err := newSegment(name, path, m, o, l)
	if err != nil {
		m.Unmap()
	}
	return s, err
}

// newSegment is attach without unmapping.
func newSegment(name, path string, m *shm.Mapping, o options, l link) (s *Segment, err error) {
	s = &Segment{name: name, path: path, opts: o, mapping: m, doorbell: l.doorbell, handles: map[*lifetime.Guard]bool{}, unguard: func() {}}
	defer func() {
		if err != nil {
			s.unguard()
			if s.slots.Leases != nil {
				s.slots.Leases.Close()
			}
			var named *SegmentError
			if !errors.As(err, &named) {
				err = &SegmentError{Op: "open", Path: path, Err: err}
			}
			s = nil
		}
	}()
	if err := supported(); err != nil {
		return s, err
	}
	if !m.Heap() && !m.Sealed() && len(m.Data) > 0 {
		release, err := fault.Guard(m.Data, &s.alarm)
		if err != nil {
			return s, err
		}
		s.unguard = release
	}
	if err := s.checkHeader(); err != nil {
		return s, err
	}
	if l.peer != nil {
		s.slots.Leases = l.peer
	} else if m.Heap() {
		s.slots.Leases = lease.Local()
	} else if s.slots.Leases, err = lease.Files(m); err != nil {
		return s, err
	}
	if err := s.initRing(s.header.Capacity, s.header.MaxRecord); err != nil {
		return s, err
	}
	if o.readOnly {
		return s, nil
	}
	if !fence.Register() {
		s.dataBell.RequireFence()
		s.spaceBell.RequireFence()
	}
	if o.hugePages {
		if err := m.HugePages(); err != nil {
			o.logger.Info("shmring: no huge pages", "error", err)
		}
	}
	if o.prefault {
		if err := m.Prefault(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// initRing finds the parts of the ring in the memory, whose header was checked. capacity and maxRecord are the header's,
// except in the model.
func (s *Segment) initRing(capacity, maxRecord uint64) error {
	h, b := &s.header, s.mapping.Data
	ctl, err := layout.View[layout.Control](b[h.ControlOffset:][:layout.ControlSize])
	if err != nil {
		return err
	}
	table, err := layout.Slice[layout.Slot](b[h.SlotsOffset:][:uint64(h.SlotCount)*layout.SlotSize])
	if err != nil {
		return err
	}
	s.dataBell = wait.Doorbell{Flags: &ctl.DataWait, Seq: &ctl.DataSeq, Socket: s.doorbell, Side: wait.DataSide}
	s.spaceBell = wait.Doorbell{Flags: &ctl.SpaceWait, Seq: &ctl.SpaceSeq, Socket: s.doorbell, Side: wait.SpaceSide}
	s.slots = ring.Slots{
		Table: table, Leases: s.slots.Leases, LockAt: int64(h.SlotsOffset), Control: ctl, Logger: s.opts.logger,
		Consumers: ring.Set{First: 0, End: 1}, Producers: ring.Set{First: 1, End: h.SlotCount},
	}
	s.ring = ring.New(ring.Config{
		Kind: h.Kind, MaxRecord: maxRecord, Checksum: h.Flags&layout.FlagChecksummed != 0,
		Control: ctl, Data: b[h.DataOffset:][:capacity:capacity], Slots: &s.slots,
		DataBell: s.dataBell, SpaceBell: s.spaceBell, Logger: s.opts.logger,
	})
	return nil
}

// control returns the ring's control words.
func (s *Segment) control() *layout.Control { return s.slots.Control }

// checkHeader copies the header, compares the copy with the memory and the caller's expectations, and keeps it.
func (s *Segment) checkHeader() error {
	b := s.mapping.Data
	if len(b) < layout.HeaderSize {
		n := min(len(b), len(layout.Magic))
		if n > 0 && string(b[:n]) != string(layout.Magic[:n]) {
			return fmt.Errorf("%w: it does not begin with %q", ErrNotSegment, layout.Magic[:])
		}
		return fmt.Errorf("%w: file is %d bytes, a header alone has %d", ErrTruncated, len(b), layout.HeaderSize)
	}
	h, err := layout.Load[layout.Header](b[:layout.HeaderSize])
	if err != nil {
		return err
	}
	if mem.Load32(&s.alarm) == lifetime.AlarmLost {
		return ErrSegmentLost
	}
	if err := h.Validate(uint64(len(b))); err != nil {
		return headerFault(err)
	}
	if s.opts.has(optKind) && s.opts.kind != h.Kind {
		return fmt.Errorf("%w: the segment is %v, want %v", ErrKind, h.Kind, s.opts.kind)
	}
	if s.opts.schema != 0 && s.opts.schema != h.Schema {
		return &SchemaError{Segment: h.Schema, Want: s.opts.schema}
	}
	s.header = h
	return nil
}

// mappingError turns a failure of package shm into this package's errors.
func mappingError(op, path string, err error) error {
	var space *shm.NoSpaceError
	var link *shm.SymlinkError
	var kind *shm.NotRegularError
	var owner *shm.OwnerError
	var seal *shm.SealError
	switch {
	case errors.As(err, &space):
		return &NoSpaceError{Path: path, Need: space.Need, Free: space.Free, NoFiles: space.FreeFiles == 0, Err: space.Err}
	case errors.As(err, &link), errors.As(err, &kind):
		err = fmt.Errorf("%w: %w", ErrNotSegment, err)
	case errors.As(err, &seal):
		err = &SealError{File: seal.Path}
	case errors.As(err, &owner):
		err = owner // which is ErrPermission
	}
	return &SegmentError{Op: op, Path: path, Err: err}
}

// fail wraps a failure of the system.
func (s *Segment) fail(op string, err error) error {
	return &SegmentError{Op: op, Path: s.path, Err: err}
}

// supported refuses machines that cannot use the format, which is little endian and needs 64-bit atomic words.
func supported() error {
	if bits.UintSize < 64 || binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return fmt.Errorf("%w: segments need a 64-bit little-endian machine, this is %s", errors.ErrUnsupported, runtime.GOARCH)
	}
	return nil
}

// headerFault turns a failed header check into this package's sentinels.
func headerFault(err error) error {
	var h *layout.HeaderError
	if !errors.As(err, &h) {
		return err
	}
	sentinel, text := ErrCorrupt, fmt.Sprintf("the header's %s is %s, want %s", h.Field, h.Got, h.Want)
	switch h.Fault {
	case layout.BadMagic:
		sentinel = ErrNotSegment
	case layout.BadVersion:
		sentinel = ErrVersion
	case layout.BadSize:
		sentinel, text = ErrTruncated, fmt.Sprintf("file is %s bytes, header says %s", h.Got, h.Want)
	}
	return &headerError{sentinel, text, h}
}

// headerError is a failed header check in the terms of this package.
type headerError struct {
	sentinel error
	text     string
	detail   *layout.HeaderError
}

func (e *headerError) Error() string   { return e.sentinel.Error() + ": " + e.text }
func (e *headerError) Unwrap() []error { return []error{e.sentinel, e.detail} }
