package mem

import "unsafe"

// address returns where b begins.
func address(b []byte) unsafe.Pointer {
	// SAFETY: the tests copy no more than the slices hold.
	return unsafe.Pointer(unsafe.SliceData(b))
}
