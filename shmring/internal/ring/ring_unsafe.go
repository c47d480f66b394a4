package ring

import (
	"log/slog"
	"unsafe"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Ring is one party's private view of a ring: its geometry, which is never read from shared memory again, and
// where its words are. It is copied into each Producer and Consumer, which saves their fast paths a load.
type Ring struct {
	data      []byte // capacity bytes
	base      unsafe.Pointer
	mask      uint64
	capacity  uint64
	ctl       *layout.Control
	kind      layout.Kind
	maxRecord uint64
	checksum  bool
	slots     *Slots
	dataBell  wait.Doorbell
	spaceBell wait.Doorbell
	log       *slog.Logger
}

// New returns a view of the ring that c describes. c.Data must be at least layout.MinCapacity bytes, or fewer for a
// model, a power of two, and aligned to 8.
func New(c Config) Ring {
	n := uint64(len(c.Data))
	return Ring{
		data: c.Data[:n:n],
		// SAFETY: the caller says that there are bytes.
		base: unsafe.Pointer(&c.Data[0]),
		mask: n - 1, capacity: n, ctl: c.Control,
		kind: c.Kind, maxRecord: c.MaxRecord, checksum: c.Checksum,
		slots: c.Slots, dataBell: c.DataBell, spaceBell: c.SpaceBell, log: c.Logger,
	}
}

// Word returns the word at a position that is a multiple of 8.
func (r *Ring) Word(pos uint64) *uint64 {
	// SAFETY: pos&mask is a multiple of 8 below capacity, itself a multiple of 8, so the eight bytes lie
	// inside data and are aligned; base is page aligned (mapping) or 8-byte aligned (Go memory).
	return (*uint64)(unsafe.Add(r.base, pos&r.mask))
}

// maxChunk bounds the records of the fast paths, in bytes: a number that is an array's length on every machine.
const maxChunk = 1 << 30

// Ref is where a record without an extension begins in memory. The fast paths work out where that is once, for
// header and payload. They checked the record's bounds before: its bytes lie between the party's position and
// its fast limit, which is at most maxChunk further and not beyond the end of data.
type Ref struct{ base unsafe.Pointer }

// Ref returns the reference to a position that is a multiple of 8.
func (r *Ring) Ref(pos uint64) Ref {
	// SAFETY: as in Word.
	return Ref{unsafe.Add(r.base, pos&r.mask)}
}

// Word returns the header.
func (f Ref) Word() *uint64 { return (*uint64)(f.base) }

// Start returns where the payload begins.
func (f Ref) Start() unsafe.Pointer {
	// SAFETY: the record of at least 16 bytes has a payload behind its header.
	return unsafe.Add(f.base, layout.WordSize)
}

// Payload returns the n bytes of the payload.
func (f Ref) Payload(n uint64) []byte {
	// SAFETY: the record's header is followed by n bytes.
	return (*[maxChunk]byte)(unsafe.Add(f.base, layout.WordSize))[:n:n]
}
