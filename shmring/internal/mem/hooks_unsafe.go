//go:build shmring_hooks

package mem

import (
	"encoding/binary"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Op names a shared access for a [Hook].
type Op uint8

// The shared accesses.
const (
	OpLoad Op = iota
	OpStore
	OpStoreRelaxed
	OpCAS
	OpAdd
	OpOr
	OpAnd
	OpCopy
	OpZero
	OpPause
)

func (o Op) String() string {
	return [...]string{"load", "store", "note", "cas", "add", "or", "and", "copy", "zero", "pause"}[o]
}

// Hook sees every shared access before it happens and may delay it, end the process, or carry it out
// itself on a memory of its own. It is installed once, before any segment is made, and only in test
// binaries built with the tag.
type Hook interface {
	// Load64 reads *p.
	Load64(p *uint64) uint64
	// Store64 writes *p; op is OpStore, OpNote, OpCopy or OpZero.
	Store64(op Op, p *uint64, v uint64)
	// CAS64 compares and swaps *p.
	CAS64(p *uint64, old, new uint64) bool
	// Add64 adds to *p and returns the sum.
	Add64(p *uint64, delta uint64) uint64
	// Before announces any other access, which the package then carries out itself, and a pause.
	Before(op Op)
}

var hook Hook = passive{}

// Install replaces the hook; nil removes it.
func Install(h Hook) {
	if h == nil {
		h = passive{}
	}
	hook = h
}

type passive struct{}

func (passive) Load64(p *uint64) uint64            { return atomic.LoadUint64(p) }
func (passive) Store64(op Op, p *uint64, v uint64) { atomic.StoreUint64(p, v) }
func (passive) CAS64(p *uint64, old, new uint64) bool {
	return atomic.CompareAndSwapUint64(p, old, new)
}
func (passive) Add64(p *uint64, delta uint64) uint64 { return atomic.AddUint64(p, delta) }
func (passive) Before(op Op)                         {}

// Load reads *p with acquire ordering.
func Load(p *uint64) uint64 { return hook.Load64(p) }

// Load32 is Load for 32 bits.
func Load32(p *uint32) uint32 {
	hook.Before(OpLoad)
	return atomic.LoadUint32(p)
}

// Store writes v to *p with release ordering.
func Store(p *uint64, v uint64) { hook.Store64(OpStore, p, v) }

// StoreThenFence writes v to *p with release ordering, before every later store of this goroutine.
func StoreThenFence(p *uint64, v uint64) { hook.Store64(OpStore, p, v) }

// StoreRelaxed writes v to *p for words that only observers read.
func StoreRelaxed(p *uint64, v uint64) { hook.Store64(OpStoreRelaxed, p, v) }

// StoreRelaxed32 is StoreRelaxed for 32 bits.
func StoreRelaxed32(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// AddOwned adds delta to a counter that only the caller writes.
func AddOwned(p *uint64, delta uint64) {
	hook.Before(OpStoreRelaxed)
	atomic.AddUint64(p, delta)
}

// CAS replaces old with new in *p if it is still there.
func CAS(p *uint64, old, new uint64) bool { return hook.CAS64(p, old, new) }

// Add adds delta and returns the new value.
func Add(p *uint64, delta uint64) uint64 { return hook.Add64(p, delta) }

// Add32 is Add for 32 bits.
func Add32(p *uint32, delta uint32) uint32 {
	hook.Before(OpAdd)
	return atomic.AddUint32(p, delta)
}

// Or32 sets bits in *p and returns what was there.
func Or32(p *uint32, bits uint32) uint32 {
	hook.Before(OpOr)
	return atomic.OrUint32(p, bits)
}

// And32 keeps only the given bits of *p and returns what was there.
func And32(p *uint32, bits uint32) uint32 {
	hook.Before(OpAnd)
	return atomic.AndUint32(p, bits)
}

// Inline is 0: the fast paths copy with CopyIn and CopyOut, whose accesses the hook sees.
const Inline = 0

// Copy8, Copy16 and Copy32 are never called.
func Copy8(dst, src unsafe.Pointer, n uint64)  {}
func Copy16(dst, src unsafe.Pointer, n uint64) {}
func Copy32(dst, src unsafe.Pointer, n uint64) {}

// CopyIn copies src to dst word by word; dst is 8-byte aligned ring memory with room for whole words.
func CopyIn(dst, src []byte) {
	for i := 0; i < len(src); i += 8 {
		var w [8]byte
		copy(w[:], src[i:])
		// SAFETY: the caller's dst is 8-byte aligned and continues to the next multiple of 8.
		hook.Store64(OpCopy, (*uint64)(unsafe.Pointer(unsafe.SliceData(dst[i:]))), binary.NativeEndian.Uint64(w[:]))
	}
}

// CopyOut copies src, ring memory that begins on a multiple of 8, to dst of the same length, word by word.
func CopyOut(dst, src []byte) {
	for i := 0; i < len(src); i += 8 {
		var w [8]byte
		// SAFETY: src is 8-byte aligned and ring memory continues to the next multiple of 8.
		binary.NativeEndian.PutUint64(w[:], hook.Load64((*uint64)(unsafe.Pointer(unsafe.SliceData(src[i:])))))
		copy(dst[i:], w[:])
	}
}

// Zero clears b, whose address and length are multiples of 8, one word at a time.
func Zero(b []byte) {
	for i := 0; i+8 <= len(b); i += 8 {
		// SAFETY: b is 8-byte aligned and i+8 ≤ len(b).
		hook.Store64(OpZero, (*uint64)(unsafe.Pointer(&b[i])), 0)
	}
}

// Pause gives way for a moment.
func Pause(n uint32) {
	hook.Before(OpPause)
	runtime.Gosched()
}
