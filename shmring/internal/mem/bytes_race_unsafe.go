//go:build race && !shmring_hooks

package mem

import (
	"sync/atomic"
	"unsafe"
)

// CopyIn copies src to dst, ring memory of at least that length.
func CopyIn(dst, src []byte) { copy(dst[:len(src)], src) }

// CopyOut copies src, ring memory that begins on a multiple of 8, to dst of the same length.
func CopyOut(dst, src []byte) { copy(dst, src) }

// Zero clears b, whose address and length are multiples of 8, word by word and atomically: a successor
// may be looking for headers in it at the same time.
func Zero(b []byte) {
	for i := 0; i+8 <= len(b); i += 8 {
		// SAFETY: b is 8-byte aligned and i+8 ≤ len(b).
		atomic.StoreUint64((*uint64)(unsafe.Pointer(&b[i])), 0)
	}
}
