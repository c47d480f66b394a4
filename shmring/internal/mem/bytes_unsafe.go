//go:build !race && !shmring_hooks

package mem

import "unsafe"

// CopyIn copies src to dst, ring memory of exactly that length.
func CopyIn(dst, src []byte) {
	if width == 0 || len(src) <= 64 {
		copy(dst, src)
		return
	}
	// SAFETY: both slices have len(src) bytes.
	copyWide(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), uint64(len(src)))
}

// CopyOut copies src, ring memory that begins on a multiple of 8, to dst, of exactly that length.
func CopyOut(dst, src []byte) {
	if width == 0 || len(src) <= 64 {
		copy(dst, src)
		return
	}
	// SAFETY: both slices have len(src) bytes.
	copyWide(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), uint64(len(src)))
}

// Zero clears b.
func Zero(b []byte) {
	if width == 64 && len(b) >= 64 {
		// SAFETY: zeroLines clears the len(b) bytes from here on.
		p := unsafe.Pointer(unsafe.SliceData(b))
		if uintptr(p)%64 == 0 && len(b)%64 == 0 {
			zeroLines(p, uint64(len(b)))
			return
		}
	}
	clear(b)
}
