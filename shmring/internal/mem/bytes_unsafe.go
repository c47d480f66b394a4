//go:build !race && !shmring_hooks

package mem

import "unsafe"

// Short is the longest payload, in bytes, for CopyShort.
const Short = min(largeCopy-1, 1<<16)

// CopyShort is CopyIn for at most Short bytes, small enough to be inlined.
func CopyShort(dst, src []byte) { copy(dst, src) }

// CopyIn copies src to dst, ring memory of at least that length.
func CopyIn(dst, src []byte) {
	n := len(src)
	dst = dst[:n]
	if n >= largeCopy {
		// SAFETY: both slices have n ≥ 1 bytes.
		copyLarge(unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), uintptr(n))
		return
	}
	copy(dst, src)
}

// Zero clears b.
func Zero(b []byte) { clear(b) }
