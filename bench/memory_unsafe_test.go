package bench

import "unsafe"

// bytesOf shows the memory of s.
func bytesOf(s []float32) []byte {
	// SAFETY: floats hold no pointers and any bytes are one; there are 4 for each.
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), 4*len(s))
}
