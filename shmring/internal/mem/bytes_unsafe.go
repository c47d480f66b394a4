//go:build !race && !shmring_hooks

package mem

import "unsafe"

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
