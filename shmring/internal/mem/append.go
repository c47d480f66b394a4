package mem

import "slices"

// Append appends src, ring memory that begins on a multiple of 8, to dst.
func Append(dst, src []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	CopyOut(dst[n:], src)
	return dst
}
