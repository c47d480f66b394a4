package shmring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/fault"
	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/shm"
)

// identify fills in what tells one segment from another.
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

// attach judges a mapping and builds the segment; on error the mapping is undone.
func attach(name, path string, m *shm.Mapping, o options) (s *Segment, err error) {
	s = &Segment{name: name, path: path, opts: o, mapping: m, handles: map[*handle]bool{}, unguard: func() {}}
	defer func() {
		if err != nil {
			s.unguard()
			if s.leases != nil {
				s.leases.Close()
			}
			m.Unmap()
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
	if s.ring, err = newRing(m.Data, &s.header); err != nil {
		return s, err
	}
	if o.doorbell != nil {
		s.leases = o.doorbell
	} else if m.Heap() {
		s.leases = lease.Local()
	} else if s.leases, err = lease.Files(m); err != nil {
		return s, err
	}
	if o.readOnly {
		return s, nil
	}
	if !fence.Register() {
		mem.Or32(&s.ring.ctl.DataWait, layout.FenceFlag)
		mem.Or32(&s.ring.ctl.SpaceWait, layout.FenceFlag)
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

// judge takes a private copy of the header, holds it against the memory and the caller's expectations,
// and keeps it.
func (s *Segment) checkHeader() error {
	b := s.mapping.Data
	if len(b) < layout.HeaderSize {
		n := min(len(b), len(layout.Magic))
		if n > 0 && string(b[:n]) != string(layout.Magic[:n]) {
			return fmt.Errorf("%w: it does not begin with %q", ErrNotSegment, layout.Magic[:])
		}
		return fmt.Errorf("%w: %d bytes, a header alone has %d", ErrTruncated, len(b), layout.HeaderSize)
	}
	h, err := layout.Load[layout.Header](b[:layout.HeaderSize])
	if err != nil {
		return err
	}
	if mem.Load32(&s.alarm) == alarmLost {
		return ErrSegmentLost
	}
	if err := h.Validate(uint64(len(b))); err != nil {
		return headerFault(err, uint64(len(b)))
	}
	if s.opts.kindGiven && s.opts.kind != h.Kind {
		return fmt.Errorf("%w: the segment is %v, asked for was %v", ErrKind, h.Kind, s.opts.kind)
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
		return &NoSpaceError{Path: path, Need: space.Need, Free: space.Free, Err: err}
	case errors.As(err, &link), errors.As(err, &kind):
		err = fmt.Errorf("%w: %w", ErrNotSegment, err)
	case errors.As(err, &seal):
		err = &SealError{File: seal.Path}
	case errors.As(err, &owner):
		err = fmt.Errorf("%w: %w", ErrPermission, err)
	}
	return &SegmentError{Op: op, Path: path, Err: err}
}

// fail wraps an unexpected failure of the system under an attached segment.
func (s *Segment) fail(op string, err error) error {
	return &SegmentError{Op: op, Path: s.path, Err: err}
}
