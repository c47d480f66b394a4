//go:build race && !shmring_hooks

package mem

import (
	"sync/atomic"
	"unsafe"
)

// Short is the longest payload, in bytes, for CopyShort.
const Short = 1 << 16

// CopyShort is CopyIn for at most Short bytes.
func CopyShort(dst, src []byte) { copy(dst, src) }

// CopyIn copies src to dst, ring memory of at least that length.
func CopyIn(dst, src []byte) { copy(dst[:len(src)], src) }

// Zero clears b, whose address and length are multiples of 8, word by word and atomically: a successor
// may be looking for headers in it at the same time.
func Zero(b []byte) {
	for i := 0; i+8 <= len(b); i += 8 {
		// SAFETY: b is 8-byte aligned and i+8 ≤ len(b).
		atomic.StoreUint64((*uint64)(unsafe.Pointer(&b[i])), 0)
	}
}
