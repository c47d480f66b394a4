package shm

import (
	"sync/atomic"
	"unsafe"
)

// address returns where b begins. Go does not move memory that has escaped to the
// heap, and mapped memory stays where it is.
func address(b []byte) uintptr {
	// SAFETY: the pointer is only turned into a number; nothing is read through it.
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))
}

// touch makes the page that begins at b[off] present and writable without changing
// a byte, whoever else may be writing there.
// Preconditions: off is a multiple of the page size, off+4 ≤ len(b), b is page aligned.
func touch(b []byte, off int) {
	_ = b[off : off+4]
	// SAFETY: the four bytes at off lie inside b (checked above) and are aligned, as
	// b and off are aligned to a page. Adding zero atomically is a write to the
	// processor and no change to anybody who reads.
	atomic.AddUint32((*uint32)(unsafe.Pointer(&b[off])), 0)
}
