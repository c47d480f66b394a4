package mem

import "unsafe"

// Pointer returns where b begins, for the copies of fixed width.
func Pointer(b []byte) unsafe.Pointer {
	// SAFETY: whoever copies through it keeps to the length of b.
	return unsafe.Pointer(unsafe.SliceData(b))
}
