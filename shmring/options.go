package shmring

import (
	"fmt"
	"io/fs"
	"log/slog"
	"math/bits"
	"strconv"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Kind says how many producers a ring has.
type Kind = layout.Kind

// The kinds of ring.
const (
	SPSC = layout.SPSC // one producer, one consumer
	MPSC = layout.MPSC // many producers in any number of processes, one consumer
)

// Wait says how a call waits for its peer.
type Wait int

// The ways to wait. All of them give way to other goroutines and processes in the end.
const (
	// Adaptive spins for about as long as waits have recently been short, then parks in the kernel.
	Adaptive Wait = iota
	// Spin never parks for a peer to wake: lowest latency, at the price of a busy core.
	Spin
	// Park goes to sleep at once: lowest use of the processor.
	Park
)

// mode returns w in the terms of package wait.
func (w Wait) mode() wait.Mode { return wait.Mode(w) }

func (w Wait) String() string {
	if w < Adaptive || w > Park {
		return fmt.Sprintf("wait(%d)", int(w))
	}
	return [...]string{"adaptive", "spin", "park"}[w]
}

// Defaults.
const (
	DefaultCapacity     = 1 << 20 // bytes
	DefaultMaxProducers = 63      // of an MPSC ring
	DefaultMode         = fs.FileMode(0o600)
	DefaultConnCapacity = 256 << 10 // bytes, of each of a connection's rings
	DefaultMaxMessage   = 64 << 20  // bytes, of a message on a connection
)

// Option changes one default of Create, Open and their kin. No first program needs any.
type Option func(*options)

type options struct {
	kind         Kind
	kindGiven    bool
	capacity     int64
	sized        bool  // capacity was given
	maxRecord    int64 // 0: half the capacity
	maxProducers int
	dir          string
	mode         fs.FileMode
	schema       uint64
	wait         Wait
	checksum     bool
	prefault     bool
	hugePages    bool
	follow       bool
	readOnly     bool
	foreign      bool
	socket       string
	socketOnly   bool
	maxMessage   int64
	handshake    time.Duration
	logger       *slog.Logger
}

// WithKind chooses the kind of ring; SPSC if absent. When opening, it is what the caller expects:
// another kind is [ErrKind].
func WithKind(k Kind) Option { return func(o *options) { o.kind, o.kindGiven = k, true } }

// WithCapacity sets the ring's size in bytes, rounded up to a power of two from 4 KiB to 2 GiB;
// 1 MiB if absent. It counts at creation only. Of a connection each direction has a ring of this size,
// 256 KiB if absent; a dialer's wish counts up to 4 MiB where the listener has none.
func WithCapacity(bytes int64) Option { return func(o *options) { o.capacity, o.sized = bytes, true } }

// WithMaxRecord sets the largest payload in bytes, from 1 to the capacity less 16; if absent, half the
// capacity less 16. It counts at creation only. Records above half the capacity can wait for the ring
// to run empty.
func WithMaxRecord(bytes int64) Option { return func(o *options) { o.maxRecord = bytes } }

// WithMaxProducers sets how many producers may be attached to an MPSC ring at one time, 1 to 1023; 63 if
// absent. It counts at creation only.
func WithMaxProducers(n int) Option { return func(o *options) { o.maxProducers = n } }

// WithDir puts the segment's file in another directory than the system's shared memory. On a disk the
// segment outlives a restart of the machine; see [Segment.Flush].
func WithDir(path string) Option { return func(o *options) { o.dir = path } }

// WithMode sets the file's permission bits exactly, whatever the umask; 0600 if absent.
func WithMode(m fs.FileMode) Option { return func(o *options) { o.mode = m } }

// WithSchema records the fingerprint of the application's record types at creation, and demands it
// when opening: another one is [ErrSchema]. 0 means none.
func WithSchema(fingerprint uint64) Option { return func(o *options) { o.schema = fingerprint } }

// WithWait says how this process waits; Adaptive if absent.
func WithWait(w Wait) Option { return func(o *options) { o.wait = w } }

// WithChecksum makes every record carry 32 bits of its payload's xxhash64, checked on receipt. It counts at
// creation only and costs 8 bytes a record.
func WithChecksum() Option { return func(o *options) { o.checksum = true } }

// WithPrefault maps every page before the first record, so that no record pays for a page fault.
func WithPrefault() Option { return func(o *options) { o.prefault = true } }

// WithHugePages asks the kernel for huge pages. Where it refuses, the segment works without.
func WithHugePages() Option { return func(o *options) { o.hugePages = true } }

// WithFollow makes a consumer wait for the next producer where it would report io.EOF or [ErrPeerDied].
func WithFollow() Option { return func(o *options) { o.follow = true } }

// WithReadOnly attaches for looking only: the mapping itself is read-only, and Producer and Consumer
// return [ErrReadOnly].
func WithReadOnly() Option { return func(o *options) { o.readOnly = true } }

// WithForeignOwner accepts a segment whose file belongs to another user than this process or root.
func WithForeignOwner() Option { return func(o *options) { o.foreign = true } }

// WithSocket sets the Unix socket path or host:port address at which Listen and Dial meet.
func WithSocket(address string) Option { return func(o *options) { o.socket = address } }

// WithSocketOnly makes connections send frames on the socket although memory could be shared.
func WithSocketOnly() Option { return func(o *options) { o.socketOnly = true } }

// WithMaxMessage limits the messages of a connection in bytes, at least 1; 64 MiB if absent. Each direction
// has the smaller limit of both sides. Messages that are streamed ([Conn.SendFrom]) have none.
func WithMaxMessage(bytes int64) Option { return func(o *options) { o.maxMessage = bytes } }

// WithHandshakeTimeout bounds the handshake of a connection, on each side; 5 s if absent.
func WithHandshakeTimeout(d time.Duration) Option { return func(o *options) { o.handshake = d } }

// WithLogger receives recoveries, deaths and degradations; silent if absent. Its handler runs inside the call that
// noticed, and may call Info and Stats; Close of what that call belongs to would wait for its end, and for ever.
func WithLogger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

func collect(opts []Option) options {
	o := options{
		kind: SPSC, capacity: DefaultCapacity, maxProducers: DefaultMaxProducers, mode: DefaultMode,
		maxMessage: DefaultMaxMessage, handshake: 5 * time.Second,
		logger: slog.New(slog.DiscardHandler),
	}
	for _, f := range opts {
		f(&o)
	}
	if o.logger == nil {
		o.logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// checkWait refuses a way to wait that there is not.
func (o *options) checkWait() error {
	if o.wait < Adaptive || o.wait > Park {
		return &OptionError{Option: "WithWait", Got: strconv.Itoa(int(o.wait)), Want: "Adaptive, Spin or Park"}
	}
	return nil
}

// header checks the options that shape a new segment and lays it out.
func (o *options) header() (layout.Header, error) {
	refuse := func(option string, got any, want string) (layout.Header, error) {
		return layout.Header{}, &OptionError{Option: option, Got: fmt.Sprint(got), Want: want}
	}
	if err := o.checkWait(); err != nil {
		return layout.Header{}, err
	}
	if o.kind != SPSC && o.kind != MPSC {
		return refuse("WithKind", uint32(o.kind), "SPSC or MPSC")
	}
	if o.capacity < 1 || o.capacity > layout.MaxCapacity {
		return refuse("WithCapacity", o.capacity, fmt.Sprintf("1 to %d bytes", uint64(layout.MaxCapacity)))
	}
	capacity := max(uint64(1)<<bits.Len64(uint64(o.capacity-1)), layout.MinCapacity)
	limit := o.maxRecord
	if limit == 0 {
		limit = int64(capacity/2 - 2*layout.WordSize)
	}
	if limit < 0 || uint64(limit) > layout.MaxPayload(capacity) {
		return refuse("WithMaxRecord", o.maxRecord, fmt.Sprintf("1 to %d bytes for a capacity of %d", layout.MaxPayload(capacity), capacity))
	}
	slots := uint32(2)
	if o.kind == MPSC {
		if o.maxProducers < 1 || o.maxProducers > layout.MaxSlots-1 {
			return refuse("WithMaxProducers", o.maxProducers, fmt.Sprintf("1 to %d", layout.MaxSlots-1))
		}
		slots = uint32(o.maxProducers) + 1
	}
	if o.mode&^fs.ModePerm != 0 {
		return refuse("WithMode", o.mode, "permission bits only")
	}
	h := layout.NewHeader(o.kind, capacity, uint64(limit), slots)
	h.Schema = o.schema
	if o.checksum {
		h.Flags |= layout.FlagChecksummed
	}
	return h, nil
}
