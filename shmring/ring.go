package shmring

import (
	"github.com/cespare/xxhash/v2"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// span returns n bytes at pos that do not straddle the end of the ring.
func (r *ring) span(pos, n uint64) []byte {
	i := pos & r.mask
	return r.data[i : i+n : i+n]
}

// room returns the bytes from pos to the end of the ring.
func (r *ring) room(pos uint64) uint64 { return r.capacity - pos&r.mask }

// zero clears [from, to), at most one lap.
func (r *ring) zero(from, to uint64) {
	for from < to {
		n := min(to-from, r.room(from))
		mem.Zero(r.span(from, n))
		from += n
	}
}

// slotLock returns the file offset whose lock is the lease of slot i.
func (r *ring) slotLock(i uint32) int64 { return r.slotsAt + int64(i)*layout.SlotSize }

// corrupt builds the error for a word that no correct peer writes.
func (r *ring) corrupt(pos uint64, word uint64, reason string, err error) error {
	return &CorruptError{Position: pos, Word: word, Reason: reason, Err: err}
}

// checksum returns what an extension word carries for a payload.
func checksum(payload []byte) uint32 { return uint32(xxhash.Sum64(payload)) }

// loadHead reads head once and holds it against a position that it may not pass.
func (r *ring) loadHead(seen uint64) (uint64, error) {
	// Acquire: pairs with the store of Head in Consumer.publishHead; the bytes below were cleared before it.
	h := mem.Load(&r.ctl.Head)
	if h < seen || h%layout.WordSize != 0 {
		return 0, r.corrupt(h, h, "head went back or is not aligned", nil)
	}
	return h, nil
}
