package shmring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/fault"
	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/shm"
)

// Segment is one attached segment: a ring in memory that several processes share. It is safe for
// concurrent use. Close it when done; it does not close itself.
type Segment struct {
	name    string
	path    string // empty without a name
	header  layout.Header
	ring    ring
	opts    options
	mapping *shm.Mapping
	leases  lease.Table
	alarm   uint32 // alarmNone, alarmLost, alarmClosed
	unguard func()

	mu      sync.RWMutex
	closed  bool // no more handles
	gone    bool // unmapped
	handles map[*handle]bool
}

// suffix of a segment's file name.
const suffix = ".shmring"

// maxName is the longest name in bytes: what leaves room for suffixes in a file name.
const maxName = 200

// segmentPath checks a name and returns the file it stands for.
func segmentPath(name string, o *options) (string, error) {
	reason := ""
	switch {
	case name == "":
		reason = "it is empty"
	case len(name) > maxName:
		reason = fmt.Sprintf("%d bytes, allowed are %d", len(name), maxName)
	case name[0] == '.' || name[0] == '-':
		reason = "it must not begin with a dot or a hyphen"
	case strings.Trim(name, nameBytes) != "" || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameBytes, r) }):
		reason = "allowed are letters, digits, dot, hyphen and underscore"
	}
	if reason != "" {
		return "", &NameError{Name: name, Reason: reason}
	}
	dir := o.dir
	if dir == "" {
		dir = shm.DefaultDir()
	}
	return filepath.Join(dir, name+suffix), nil
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// Create makes a segment and attaches it. The name consists of letters, digits, dots, hyphens and
// underscores, at most 200 bytes, and does not begin with a dot or hyphen. All memory is reserved at
// once, and nobody sees the segment before it is whole.
//
// Errors: fs.ErrExist if there is one of this name, [NameError], [OptionError], [NoSpaceError],
// fs.ErrNotExist for a missing directory, [ErrPermission].
func Create(name string, opts ...Option) (*Segment, error) {
	o := collect(opts)
	path, err := segmentPath(name, &o)
	if err != nil {
		return nil, err
	}
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	identify(&h)
	m, err := shm.Create(path, int64(h.SegmentSize), o.mode, writeHeader(&h))
	if err != nil {
		return nil, mappingError("create", path, err)
	}
	return attach(name, path, m, o)
}

// Open attaches an existing segment. Everything in its header is checked before it is believed.
//
// Errors: fs.ErrNotExist if there is none, [ErrNotSegment], [ErrVersion], [ErrCorrupt], [ErrTruncated],
// [SchemaError], [ErrKind], [NameError], [OptionError], [ErrPermission].
func Open(name string, opts ...Option) (*Segment, error) {
	o := collect(opts)
	path, err := segmentPath(name, &o)
	if err != nil {
		return nil, err
	}
	return openPath(name, path, o)
}

func openPath(name, path string, o options) (*Segment, error) {
	if err := o.checkWait(); err != nil {
		return nil, err
	}
	m, err := shm.Open(path, shm.OpenFlags{ReadOnly: o.readOnly, AllowForeignOwner: o.foreign})
	if err != nil {
		return nil, mappingError("open", path, err)
	}
	return attach(name, path, m, o)
}

// OpenOrCreate attaches the segment of this name and makes it if there is none. When many processes
// race, all get the same one. Options that shape a new segment are not compared with an existing one's,
// except for the kind, where given, and the schema.
func OpenOrCreate(name string, opts ...Option) (*Segment, error) {
	for range maxRaces {
		s, err := Open(name, opts...)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		s, err = Create(name, opts...)
		if !errors.Is(err, fs.ErrExist) {
			return s, err
		}
	}
	return nil, &SegmentError{Op: "open or create", Path: name, Err: errors.New("somebody keeps creating and removing it")}
}

const maxRaces = 1000

// Anonymous makes a segment without a name, in memory whose size is sealed: nobody can truncate it. Pass
// [Segment.File] to the peer, which attaches it with [FromFile]. Linux only; elsewhere the error is
// errors.ErrUnsupported.
func Anonymous(opts ...Option) (*Segment, error) { return anonymous(collect(opts)) }

func anonymous(o options) (*Segment, error) {
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	identify(&h)
	m, err := shm.Memfd("shmring", int64(h.SegmentSize), writeHeader(&h))
	if err != nil {
		return nil, mappingError("create", "", err)
	}
	return attach("", "", m, o)
}

// FromFile attaches the segment behind f, which stays the caller's and may be closed afterwards.
func FromFile(f *os.File, opts ...Option) (*Segment, error) { return fromFile(f, collect(opts)) }

func fromFile(f *os.File, o options) (*Segment, error) {
	if err := o.checkWait(); err != nil {
		return nil, err
	}
	m, err := shm.FromFile(f, shm.OpenFlags{ReadOnly: o.readOnly, AllowForeignOwner: o.foreign})
	if err != nil {
		return nil, mappingError("open", f.Name(), err)
	}
	return attach("", "", m, o)
}

// Heap makes a segment in Go memory, for the goroutines of one process: the same algorithms, visible to the
// race detector.
func Heap(opts ...Option) (*Segment, error) { return heapSegment(collect(opts)) }

func heapSegment(o options) (*Segment, error) {
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	identify(&h)
	m := shm.Heap(int(h.SegmentSize))
	if err := writeHeader(&h)(m.Data); err != nil {
		return nil, err
	}
	return attach("", "", m, o)
}

// Remove takes a segment's name away. Those who have it attached keep it; a segment made later under the
// same name is another one. fs.ErrNotExist if there is none.
func Remove(name string, opts ...Option) error {
	o := collect(opts)
	path, err := segmentPath(name, &o)
	if err != nil {
		return err
	}
	if err := shm.Remove(path); err != nil {
		return mappingError("remove", path, err)
	}
	return nil
}

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
		if s.unguard, err = fault.Guard(m.Data, &s.alarm); err != nil {
			return s, err
		}
	}
	if err := s.judge(); err != nil {
		return s, err
	}
	if s.ring, err = newRing(m.Data, &s.header); err != nil {
		return s, err
	}
	if o.door != nil {
		s.leases = o.door
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
func (s *Segment) judge() error {
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
	switch {
	case errors.As(err, &space):
		return &NoSpaceError{Path: path, Need: space.Need, Free: space.Free, Err: err}
	case errors.As(err, &link), errors.As(err, &kind):
		err = fmt.Errorf("%w: %w", ErrNotSegment, err)
	case errors.As(err, &owner):
		err = fmt.Errorf("%w: %w", ErrPermission, err)
	}
	return &SegmentError{Op: op, Path: path, Err: err}
}

// fail wraps an unexpected failure of the system under an attached segment.
func (s *Segment) fail(op string, err error) error {
	return &SegmentError{Op: op, Path: s.path, Err: err}
}

// File returns the descriptor of the segment's memory, to be passed to another process; nil for Heap. It
// belongs to the segment and is valid until Close.
func (s *Segment) File() *os.File { return s.mapping.File() }

// Flush writes the segment to the disk beneath it, if it lies on one ([WithDir]), and returns when it is
// there. ErrClosed after Close.
func (s *Segment) Flush() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	if err := s.mapping.Flush(); err != nil {
		return s.fail("flush", err)
	}
	return nil
}

// Close detaches this process: it closes the producers and consumers made from this segment and
// unmaps the memory, as soon as nothing of it is lent out any more. It never removes the name. The
// second call does nothing.
func (s *Segment) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	handles := make([]*handle, 0, len(s.handles))
	for h := range s.handles {
		handles = append(handles, h)
	}
	s.mu.Unlock()
	for _, h := range handles {
		h.close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unmap()
}

// drop forgets a finished handle.
func (s *Segment) drop(h *handle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.handles, h)
	s.unmap()
}

// unmap gives the memory up when nobody can touch it any more. The caller holds mu.
func (s *Segment) unmap() error {
	if !s.closed || s.gone || len(s.handles) > 0 {
		return nil
	}
	s.gone = true
	s.leases.Close()
	s.unguard()
	return s.mapping.Unmap()
}
