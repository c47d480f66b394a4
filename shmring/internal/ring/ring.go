package ring

import (
	"log/slog"

	"github.com/cespare/xxhash/v2"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Config describes one ring. Control, Slots and Data are shared memory; everything else is private.
type Config struct {
	Kind      layout.Kind
	MaxRecord uint64 // bytes of the largest payload
	Checksum  bool   // every record carries one
	Control   *layout.Control
	Data      []byte // its length is the capacity, a power of two
	Slots     *Slots
	// DataBell wakes the consumer, SpaceBell the producers.
	DataBell, SpaceBell wait.Doorbell
	Logger              *slog.Logger
}

// Capacity returns the ring's size in bytes.
func (r *Ring) Capacity() uint64 { return r.capacity }

// MaxRecord returns the size of the largest payload in bytes.
func (r *Ring) MaxRecord() uint64 { return r.maxRecord }

// Kind returns how many producers there may be.
func (r *Ring) Kind() layout.Kind { return r.kind }

// Checksums reports whether every record carries one.
func (r *Ring) Checksums() bool { return r.checksum }

// Control returns the control words.
func (r *Ring) Control() *layout.Control { return r.ctl }

// Span returns n bytes at pos that do not straddle the end of the ring.
func (r *Ring) Span(pos, n uint64) []byte {
	i := pos & r.mask
	return r.data[i : i+n : i+n]
}

// ToEnd returns how many bytes there are from pos to the end of the ring.
func (r *Ring) ToEnd(pos uint64) uint64 { return r.capacity - pos&r.mask }

// zero clears [from, to), at most one lap.
func (r *Ring) zero(from, to uint64) {
	for from < to {
		n := min(to-from, r.ToEnd(from))
		mem.Zero(r.Span(from, n))
		from += n
	}
}

// Checksum returns what an extension word carries for a payload.
func Checksum(payload []byte) uint32 { return uint32(xxhash.Sum64(payload)) }

// loadHead reads head once and checks it against a position that it may not pass.
func (r *Ring) loadHead(seen uint64) (uint64, error) {
	// Acquire: pairs with the store of Head in Consumer.publishHead; the bytes below were zeroed before it.
	h := mem.Load(&r.ctl.Head)
	if h < seen || h%layout.WordSize != 0 {
		return 0, r.violation(h, h, "head went back or is not aligned", nil)
	}
	return h, nil
}

// violation builds a Violation.
func (r *Ring) violation(pos, word uint64, reason string, err error) error {
	return &Violation{Position: pos, Word: word, Reason: reason, Err: err}
}
