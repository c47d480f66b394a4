package shmring

import (
	"fmt"
	"io/fs"
	"log/slog"
	"math/bits"
	"strconv"

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

// Defaults of a segment.
const (
	DefaultCapacity     = 1 << 20 // bytes
	DefaultMaxProducers = 63      // of an MPSC ring
	DefaultMode         = fs.FileMode(0o600)
)

// WithKind chooses the kind of a new ring; SPSC if absent. [Open] and [FromFile] take it as what the caller expects:
// another kind is [ErrKind].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap.
func WithKind(k Kind) Option { return func(o *options) { o.kind, o.given = k, o.given|optKind } }

// WithCapacity sets the size of a new ring in bytes, 1 to 2 GiB, rounded up to a power of two of at least 4 KiB; 1 MiB
// if absent. A connection over shared memory has a ring of this size in each direction, 256 KiB if absent; what a dialer
// asks for counts, up to 4 MiB, where the listener asks for nothing.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Dial, Listen, Pipe.
func WithCapacity(bytes int64) Option {
	return func(o *options) { o.capacity, o.given = bytes, o.given|optCapacity }
}

// WithMaxRecord sets the largest payload of a new ring in bytes, 1 to the capacity less 16; half the capacity less 16
// if absent. Records above half the capacity can have to wait until the ring is empty.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Listen, Pipe.
func WithMaxRecord(bytes int64) Option {
	return func(o *options) { o.maxRecord, o.given = bytes, o.given|optMaxRecord }
}

// WithMaxProducers sets how many producers may be attached to a new MPSC ring at one time, 1 to 1023; 63 if absent. Other
// kinds of ring have no use for it: [OptionError].
//
// Calls: Create, OpenOrCreate, Anonymous, Heap.
func WithMaxProducers(n int) Option {
	return func(o *options) { o.maxProducers, o.given = n, o.given|optMaxProducers }
}

// WithChecksum makes every record of a new ring carry 32 bits of its payload's xxhash64, checked on receipt. It costs 8
// bytes a record.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Listen, Pipe.
func WithChecksum() Option {
	return func(o *options) { o.checksum, o.given = true, o.given|optChecksum }
}

// WithDir puts the file into another directory than the system's shared memory, and looks for it there. On a disk a
// segment outlives a restart of the machine; see [Segment.Flush].
//
// Calls: Create, Open, OpenOrCreate, Remove, RemoveUnused, List, StaleFiles; Dial and Listen, where the address is not WithSocket's.
func WithDir(path string) Option { return func(o *options) { o.dir, o.given = path, o.given|optDir } }

// WithMode sets the permission bits of a new file, or of a listener's socket, exactly, whatever the umask; 0600 if absent.
//
// Calls: Create, OpenOrCreate, Listen.
func WithMode(m fs.FileMode) Option { return func(o *options) { o.mode, o.given = m, o.given|optMode } }

// WithSchema records the fingerprint of the application's record types in a new segment, and demands it of an existing
// one: another one is [ErrSchema]. The two ends of a connection must have the same. 0, which is the default, means none.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen.
func WithSchema(fingerprint uint64) Option {
	return func(o *options) { o.schema, o.given = fingerprint, o.given|optSchema }
}

// WithWait says how this process waits; Adaptive if absent.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen, Pipe.
func WithWait(w Wait) Option { return func(o *options) { o.wait, o.given = w, o.given|optWait } }

// WithFollow makes a consumer wait for the next producer where it would report io.EOF or [ErrPeerDied]. It makes the
// handle that [Open] or [FromFile] returns a consumer's: its Producer method returns an [OptionError].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap. Not with WithReadOnly.
func WithFollow() Option { return func(o *options) { o.follow, o.given = true, o.given|optFollow } }

// WithLogger receives recoveries, deaths and degradations; silent if absent. Its handler runs inside the call that
// noticed, and may call Info and Stats. It must not call Close of what that call belongs to, which would wait for the call
// to end.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen, Pipe.
func WithLogger(l *slog.Logger) Option {
	return func(o *options) { o.logger, o.given = l, o.given|optLogger }
}

// WithPrefault maps every page before the first record, so that no record pays for a page fault.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Dial, Listen. Not with WithReadOnly.
func WithPrefault() Option {
	return func(o *options) { o.prefault, o.given = true, o.given|optPrefault }
}

// WithHugePages asks the kernel for huge pages. Where it refuses, the segment works without them.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Dial, Listen. Not with WithReadOnly.
func WithHugePages() Option {
	return func(o *options) { o.hugePages, o.given = true, o.given|optHugePages }
}

// WithReadOnly attaches to look only: the mapping itself is read-only, and Producer and Consumer return [ErrReadOnly].
//
// Calls: Open, FromFile.
func WithReadOnly() Option {
	return func(o *options) { o.readOnly, o.given = true, o.given|optReadOnly }
}

// WithForeignOwner accepts a segment whose file belongs to another user than this process or root, or a peer of a
// connection who is another user.
//
// Calls: Open, OpenOrCreate, FromFile, Dial, Listen.
func WithForeignOwner() Option {
	return func(o *options) { o.foreign, o.given = true, o.given|optForeignOwner }
}

// invalid reports a value that an option cannot have.
func (o *options) invalid(option string, got any, want string) error {
	return &OptionError{Option: option, Call: o.call.name, Got: fmt.Sprint(got), Want: want}
}

// checkWait refuses a way to wait that there is not.
func (o *options) checkWait() error {
	if o.wait < Adaptive || o.wait > Park {
		return o.invalid("WithWait", strconv.Itoa(int(o.wait)), "Adaptive, Spin or Park")
	}
	return nil
}

// header checks the options that shape a new segment and lays it out.
func (o *options) header() (layout.Header, error) {
	var none layout.Header
	if err := o.checkWait(); err != nil {
		return none, err
	}
	if o.kind != SPSC && o.kind != MPSC {
		return none, o.invalid("WithKind", uint32(o.kind), "SPSC or MPSC")
	}
	if o.capacity < 1 || o.capacity > layout.MaxCapacity {
		return none, o.invalid("WithCapacity", o.capacity, fmt.Sprintf("1 to %d bytes", uint64(layout.MaxCapacity)))
	}
	capacity := max(uint64(1)<<bits.Len64(uint64(o.capacity-1)), layout.MinCapacity)
	limit := o.maxRecord
	if !o.has(optMaxRecord) {
		limit = int64(capacity/2 - 2*layout.WordSize)
	}
	if limit < 1 || uint64(limit) > layout.MaxPayload(capacity) {
		return none, o.invalid("WithMaxRecord", o.maxRecord, fmt.Sprintf("1 to %d bytes for a capacity of %d", layout.MaxPayload(capacity), capacity))
	}
	slots := uint32(2)
	switch {
	case o.kind == MPSC && (o.maxProducers < 1 || o.maxProducers > layout.MaxSlots-1):
		return none, o.invalid("WithMaxProducers", o.maxProducers, fmt.Sprintf("1 to %d", layout.MaxSlots-1))
	case o.kind == MPSC:
		slots = uint32(o.maxProducers) + 1
	case o.has(optMaxProducers):
		return none, &OptionError{Option: "WithMaxProducers", Call: o.call.name, Want: "an option of rings with WithKind(MPSC)"}
	}
	if o.mode&^fs.ModePerm != 0 {
		return none, o.invalid("WithMode", o.mode, "permission bits only")
	}
	h := layout.NewHeader(o.kind, capacity, uint64(limit), slots)
	h.Schema = o.schema
	if o.checksum {
		h.Flags |= layout.FlagChecksummed
	}
	return h, nil
}
