package shmring

import (
	"unsafe"

	"github.com/shmring/ipc/layout"
)

// ring is one party's private view of a segment. The geometry was copied out of a validated header and
// is never read from shared memory again.
//
// Invariants of the shared state, whoever is alive:
//
//	head ≤ released ≤ next to deliver ≤ tail ≤ head+capacity, all multiples of 8
//	bytes that no claim covers, from tail to head+capacity, are zero
//	a record's header word is stored last, so a committed word has its whole payload behind it
type ring struct {
	data     []byte // capacity bytes
	base     unsafe.Pointer
	mask     uint64
	capacity uint64
	ctl      *layout.Control
	slots    []layout.Slot
	limits
}

// limits is the part of the geometry that only checks need.
type limits struct {
	kind      Kind
	maxRecord uint64
	checksum  bool
	slotsAt   int64 // file offset of slots[0]
}

// newRing lays a ring over memory whose header h was validated against len(mem).
func newRing(mem []byte, h *layout.Header) (ring, error) {
	ctl, err := layout.View[layout.Control](mem[h.ControlOffset:][:layout.ControlSize])
	if err != nil {
		return ring{}, err
	}
	slots, err := layout.Slice[layout.Slot](mem[h.SlotsOffset:][:uint64(h.SlotCount)*layout.SlotSize])
	if err != nil {
		return ring{}, err
	}
	data := mem[h.DataOffset:][:h.Capacity:h.Capacity]
	return ring{
		data: data,
		// SAFETY: h.Validate says that capacity ≥ MinCapacity > 0 bytes follow DataOffset.
		base: unsafe.Pointer(&data[0]),
		mask: h.Capacity - 1, capacity: h.Capacity,
		ctl: ctl, slots: slots,
		limits: limits{
			kind: h.Kind, maxRecord: h.MaxRecord,
			checksum: h.Flags&layout.FlagChecksummed != 0,
			slotsAt:  int64(h.SlotsOffset),
		},
	}, nil
}

// word returns the word at a position that is a multiple of 8.
func (r *ring) word(pos uint64) *uint64 {
	// SAFETY: pos&mask is a multiple of 8 below capacity, itself a multiple of 8, so the eight bytes lie
	// inside data and are aligned; base is page aligned (mapping) or 8-byte aligned (Go memory).
	return (*uint64)(unsafe.Add(r.base, pos&r.mask))
}

// maxChunk bounds the fast paths' blocks, in bytes: a number that is an array's length on every machine.
const maxChunk = 1 << 30

// cell is where a record without an extension begins in memory. The fast paths work out where that is, once
// for header and payload. They checked the record's bounds before: its bytes lie between the party's position and
// its reach, which is at most maxChunk further and not beyond the end of data.
type recordRef struct{ base unsafe.Pointer }

// at returns the cell at a position that is a multiple of 8.
func (r *ring) ref(pos uint64) recordRef {
	// SAFETY: as in word.
	return recordRef{unsafe.Add(r.base, pos&r.mask)}
}

// word returns the header.
func (c recordRef) word() *uint64 { return (*uint64)(c.base) }

// start returns where the payload begins.
func (c recordRef) start() unsafe.Pointer {
	// SAFETY: the record of at least 16 bytes has a payload behind its header.
	return unsafe.Add(c.base, layout.WordSize)
}

// payload returns the n bytes of the payload.
func (c recordRef) payload(n uint64) []byte {
	// SAFETY: the record's header is followed by n bytes.
	return (*[maxChunk]byte)(unsafe.Add(c.base, layout.WordSize))[:n:n]
}

// pointer returns where b begins.
func pointer(b []byte) unsafe.Pointer {
	// SAFETY: whoever copies through it keeps to the length of b.
	return unsafe.Pointer(unsafe.SliceData(b))
}
