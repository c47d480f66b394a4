package shmring

import (
	"fmt"
	"io/fs"
	"log/slog"
	"math/bits"
	"path/filepath"

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

// WithKind chooses the kind of a new ring, SPSC or MPSC; default SPSC. To [Open], [OpenOrCreate] and [FromFile] it is also
// what the caller expects of an existing one: another kind is [ErrKind].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap.
func WithKind(k Kind) Option { return func(o *options) { o.kind, o.given = k, o.given|optKind } }

// WithCapacity sets the size of a new ring in bytes, 1 to 2 GiB, rounded up to a power of two of at least 4 KiB;
// default 1 MiB. A connection over shared memory has a ring of this size in each direction; default 256 KiB. What a dialer
// asks for counts, up to 4 MiB, where the listener sets neither this nor WithMaxRecord.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Dial, Listen, Pipe.
func WithCapacity(bytes int64) Option {
	return func(o *options) { o.capacity, o.given = bytes, o.given|optCapacity }
}

// WithMaxRecord sets the largest payload of a new ring in bytes, 1 to the capacity less 16; default half the capacity less
// 16. Records above half the capacity can have to wait until the ring is empty.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Listen, Pipe.
func WithMaxRecord(bytes int64) Option {
	return func(o *options) { o.maxRecord, o.given = bytes, o.given|optMaxRecord }
}

// WithMaxProducers sets how many producers may be attached to a new MPSC ring at one time, 1 to 1023; default 63. With
// another kind of ring it is an [OptionError].
//
// Calls: Create, OpenOrCreate, Anonymous, Heap.
func WithMaxProducers(n int) Option {
	return func(o *options) { o.maxProducers, o.given = n, o.given|optMaxProducers }
}

// WithChecksum makes every record of a new ring carry 32 bits of its payload's xxhash64, checked on receipt: one that
// differs is [ErrCorrupt]. It costs 8 bytes a record. Default: no checksum.
//
// Calls: Create, OpenOrCreate, Anonymous, Heap, Listen, Pipe.
func WithChecksum() Option {
	return func(o *options) { o.checksum, o.given = true, o.given|optChecksum }
}

// WithDir names the directory of the file, which must exist; default (also for "") the system's shared memory. A relative
// path is resolved during the call: a later change of the working directory does not matter. On a disk a segment outlives a
// restart of the machine; see [Segment.Flush]. With WithSocket, Dial and Listen have no use for it.
//
// Calls: Create, Open, OpenOrCreate, Remove, RemoveUnused, List, StaleFiles, Dial, Listen.
func WithDir(path string) Option { return func(o *options) { o.dir, o.given = path, o.given|optDir } }

// WithMode sets the permission bits of a new file, or of a listener's socket file, exactly, whatever the umask: 0 to 0777;
// default 0600. Other bits are an [OptionError]. Users who may read a segment's file but not write it can keep new
// producers and consumers out, by locking it.
//
// Calls: Create, OpenOrCreate, Listen.
func WithMode(m fs.FileMode) Option { return func(o *options) { o.mode, o.given = m, o.given|optMode } }

// WithSchema records the fingerprint of the application's record types, any number, in a new segment, and expects it of an
// existing one: another one is [ErrSchema]. The two ends of a connection must have the same. Default 0, which means none.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen.
func WithSchema(fingerprint uint64) Option {
	return func(o *options) { o.schema, o.given = fingerprint, o.given|optSchema }
}

// WithWait says how this process waits: Adaptive, Spin or Park; default Adaptive.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen, Pipe.
func WithWait(w Wait) Option { return func(o *options) { o.wait, o.given = w, o.given|optWait } }

// WithFollow makes a consumer wait for the next producer where it would report io.EOF or [ErrPeerDied]. Default: it reports
// them. A segment that [Open] or [FromFile] attached with it is a consumer's: its Producer method returns an [OptionError].
// Not with WithReadOnly: [OptionError].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap.
func WithFollow() Option { return func(o *options) { o.follow, o.given = true, o.given|optFollow } }

// WithLogger receives recoveries, deaths and degradations; default (also for nil) silence. Its handler runs inside the call
// that noticed, and may call Info and Stats. It must not call Close of what that call belongs to, which would wait for the
// call to end.
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Heap, Dial, Listen, Pipe.
func WithLogger(l *slog.Logger) Option {
	return func(o *options) { o.logger, o.given = l, o.given|optLogger }
}

// WithPrefault maps every page before the first record, so that no record pays for a page fault. Default: pages are mapped
// on first use. Not with WithReadOnly: [OptionError].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Dial, Listen.
func WithPrefault() Option {
	return func(o *options) { o.prefault, o.given = true, o.given|optPrefault }
}

// WithHugePages asks the kernel for huge pages. Where it refuses, which is logged ([WithLogger]), the segment works without
// them. Default: the system's pages. Not with WithReadOnly: [OptionError].
//
// Calls: Create, Open, OpenOrCreate, Anonymous, FromFile, Dial, Listen.
func WithHugePages() Option {
	return func(o *options) { o.hugePages, o.given = true, o.given|optHugePages }
}

// WithReadOnly attaches to look only: the mapping itself is read-only, and Producer and Consumer return [ErrReadOnly].
// Default: read and write.
//
// Calls: Open, FromFile.
func WithReadOnly() Option {
	return func(o *options) { o.readOnly, o.given = true, o.given|optReadOnly }
}

// WithForeignOwner accepts a segment whose file belongs to another user than this process or root, or a peer of a
// connection who is another user. Default: [ErrPermission].
//
// Calls: Open, OpenOrCreate, FromFile, Dial, Listen.
func WithForeignOwner() Option {
	return func(o *options) { o.foreign, o.given = true, o.given|optForeignOwner }
}

// invalid reports a value that an option cannot have.
func (o *options) invalid(option string, got any, want string) error {
	return &OptionError{Option: option, Call: o.call.name, Got: fmt.Sprint(got), Want: want}
}

// check refuses values that are out of range.
func (o *options) check() error {
	switch {
	case o.kind != SPSC && o.kind != MPSC:
		return o.invalid("WithKind", uint32(o.kind), "SPSC or MPSC")
	case o.mode&^fs.ModePerm != 0:
		return o.invalid("WithMode", o.mode, "permission bits only")
	case o.wait < Adaptive || o.wait > Park:
		return o.invalid("WithWait", int(o.wait), "Adaptive, Spin or Park")
	case o.maxMessage < 1:
		return o.invalid("WithMaxMessage", o.maxMessage, "1 or more bytes")
	case o.handshake <= 0 || o.handshake > maxHandshake:
		return o.invalid("WithHandshakeTimeout", o.handshake, "above 0, up to an hour")
	case o.call.takes&optCapacity != 0: // it makes rings
		_, err := o.header()
		return err
	}
	return nil
}

// absolute resolves a path now, so that it means the same file after a change of the working directory.
func (o *options) absolute(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("shmring: %s: resolve %s: %w", o.call.name, path, err)
	}
	return abs, nil
}

// header lays out a new segment, whose options must fit one another.
func (o *options) header() (layout.Header, error) {
	var none layout.Header
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
		return none, &OptionError{Option: "WithMaxProducers", Call: o.call.name, Want: "rings made WithKind(MPSC)"}
	}
	h := layout.NewHeader(o.kind, capacity, uint64(limit), slots)
	h.Schema = o.schema
	if o.checksum {
		h.Flags |= layout.FlagChecksummed
	}
	return h, nil
}
