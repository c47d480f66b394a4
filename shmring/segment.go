package shmring

import (
	"errors"
	"io/fs"
	"os"
	"sync"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Segment is one attached segment: a ring in memory that several processes share. It is safe for
// concurrent use. Close it when done; it does not close itself.
type Segment struct {
	name    string
	path    string // empty without a name
	header  layout.Header
	opts    options
	mapping *shm.Mapping
	alarm   uint32 // 0 or lifetime.AlarmLost
	unguard func()

	slots               ring.Slots
	ring                ring.Ring
	dataBell, spaceBell wait.Doorbell
	// What the two segments of a connection share beside memory; nil for other segments.
	doorbell *wait.SocketDoorbell

	mu      sync.RWMutex
	closed  bool // no more handles
	gone    bool // unmapped
	handles map[*lifetime.Guard]bool
}

// Create makes a segment and attaches it. The name consists of letters, digits, dots, hyphens and
// underscores, at most 200 bytes, and does not begin with a dot or hyphen. All memory is reserved at
// once, and nobody sees the segment before it is complete. An error leaves nothing behind.
//
// Options: WithDir, WithMode, WithKind, WithCapacity, WithMaxRecord, WithMaxProducers, WithChecksum,
// WithSchema, WithPrefault, WithHugePages, WithWait, WithFollow, WithLogger.
//
// Errors: fs.ErrExist if there is one of this name, [NameError], [OptionError], [NoSpaceError],
// fs.ErrNotExist for a missing directory, [ErrPermission].
func Create(name string, opts ...Option) (*Segment, error) {
	o, err := collect(&callCreate, opts)
	if err != nil {
		return nil, err
	}
	return create(name, o)
}

func create(name string, o options) (*Segment, error) {
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
	s, err := newSegment(name, path, m, o, link{})
	if err == nil {
		return s, nil
	}
	if !shm.CanRemoveOpen {
		m.Unmap()
	}
	return nil, errors.Join(err, m.Remove(), m.Unmap()) // nobody asked for a segment that its maker cannot attach
}

// Open attaches an existing segment. It checks everything in the header before it relies on it.
//
// Options: WithDir, WithKind, WithSchema, WithReadOnly, WithForeignOwner, WithPrefault, WithHugePages,
// WithWait, WithFollow, WithLogger.
//
// Errors: fs.ErrNotExist if there is none, [ErrNotSegment], [ErrVersion], [ErrCorrupt], [ErrTruncated],
// [SchemaError], [ErrKind], [NameError], [OptionError], [ErrPermission].
func Open(name string, opts ...Option) (*Segment, error) {
	o, err := collect(&callOpen, opts)
	if err != nil {
		return nil, err
	}
	return open(name, o)
}

func open(name string, o options) (*Segment, error) {
	path, err := segmentPath(name, &o)
	if err != nil {
		return nil, err
	}
	m, err := shm.Open(path, shm.OpenFlags{ReadOnly: o.readOnly, AllowForeignOwner: o.foreign})
	if err != nil {
		return nil, mappingError("open", path, err)
	}
	return attach(name, path, m, o, link{})
}

// OpenOrCreate attaches the segment of this name, or makes it if there is none. When many processes
// race, all get the same segment. Options that shape a new segment are not compared with an existing one's,
// except for the kind, where given, and the schema.
//
// Options: WithDir, WithMode, WithForeignOwner, WithKind, WithCapacity, WithMaxRecord, WithMaxProducers,
// WithChecksum, WithSchema, WithPrefault, WithHugePages, WithWait, WithFollow, WithLogger.
func OpenOrCreate(name string, opts ...Option) (*Segment, error) {
	o, err := collect(&callOpenOrCreate, opts)
	if err != nil {
		return nil, err
	}
	for range maxRaces {
		s, err := open(name, o)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		s, err = create(name, o)
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
//
// Options: WithKind, WithCapacity, WithMaxRecord, WithMaxProducers, WithChecksum, WithSchema, WithPrefault,
// WithHugePages, WithWait, WithFollow, WithLogger.
func Anonymous(opts ...Option) (*Segment, error) {
	o, err := collect(&callAnonymous, opts)
	if err != nil {
		return nil, err
	}
	return anonymous(o, link{})
}

func anonymous(o options, l link) (*Segment, error) {
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	identify(&h)
	m, err := shm.Memfd("shmring", int64(h.SegmentSize), writeHeader(&h))
	if err != nil {
		return nil, mappingError("create", "", err)
	}
	return attach("", "", m, o, l)
}

// FromFile attaches the segment behind f. The caller keeps f and may close it afterwards.
//
// Options: WithKind, WithSchema, WithReadOnly, WithForeignOwner, WithPrefault, WithHugePages, WithWait,
// WithFollow, WithLogger.
func FromFile(f *os.File, opts ...Option) (*Segment, error) {
	o, err := collect(&callFromFile, opts)
	if err != nil {
		return nil, err
	}
	return fromFile(f, o, false, link{})
}

// fromFile is FromFile for options that were checked. With sealed it refuses memory that somebody can truncate.
func fromFile(f *os.File, o options, sealed bool, l link) (*Segment, error) {
	if f == nil { // as Heap's File is
		return nil, &SegmentError{Op: "open", Err: os.ErrInvalid}
	}
	m, err := shm.FromFile(f, shm.OpenFlags{ReadOnly: o.readOnly, AllowForeignOwner: o.foreign, Sealed: sealed})
	if err != nil {
		return nil, mappingError("open", f.Name(), err)
	}
	return attach("", "", m, o, l)
}

// Heap makes a segment in Go memory, for the goroutines of one process: the same algorithms, visible to the
// race detector.
//
// Options: WithKind, WithCapacity, WithMaxRecord, WithMaxProducers, WithChecksum, WithSchema, WithWait,
// WithFollow, WithLogger.
func Heap(opts ...Option) (*Segment, error) {
	o, err := collect(&callHeap, opts)
	if err != nil {
		return nil, err
	}
	return heapSegment(o, link{})
}

func heapSegment(o options, l link) (*Segment, error) {
	h, err := o.header()
	if err != nil {
		return nil, err
	}
	identify(&h)
	m := shm.Heap(int(h.SegmentSize))
	if err := writeHeader(&h)(m.Data); err != nil {
		return nil, err
	}
	return attach("", "", m, o, l)
}

// File returns the descriptor of the segment's memory, to be passed to another process; nil for Heap. It
// belongs to the segment and is valid until Close.
func (s *Segment) File() *os.File { return s.mapping.File() }

// Flush writes the segment to disk, if it is on one ([WithDir]), and returns when it is there. ErrClosed after Close.
func (s *Segment) Flush() error {
	s.mu.RLock()
	closed := s.closed
	s.mu.RUnlock()
	if closed {
		return ErrClosed
	}
	switch err := s.mapping.Flush(); { // without mu: a disk is slow, and others want to look
	case errors.Is(err, fs.ErrClosed):
		return ErrClosed
	case err != nil:
		return s.fail("flush", err)
	}
	return nil
}

// Close detaches this process: it closes the producers and consumers made from this segment and
// unmaps the memory as soon as none of it is lent any more. It never removes the name. The second call does nothing.
func (s *Segment) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	handles := make([]*lifetime.Guard, 0, len(s.handles))
	for h := range s.handles {
		handles = append(handles, h)
	}
	s.mu.Unlock()
	for _, h := range handles {
		h.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unmap()
}

// removeHandle forgets a finished handle.
func (s *Segment) removeHandle(h *lifetime.Guard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.handles, h)
	s.unmap()
}

// unmap unmaps the memory if nobody can touch it any more. The caller holds mu.
func (s *Segment) unmap() error {
	if !s.closed || s.gone || len(s.handles) > 0 {
		return nil
	}
	s.gone = true
	s.slots.Leases.Close()
	s.unguard()
	return s.mapping.Unmap()
}
