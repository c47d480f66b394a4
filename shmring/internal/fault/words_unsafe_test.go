//go:build linux && (amd64 || arm64)

package fault

import (
	"sync/atomic"
	"unsafe"
)

// word returns the 64-bit word at mem[off] for atomic use.
func word(mem []byte, off int) *atomic.Uint64 {
	_ = mem[off : off+8]
	// SAFETY: eight bytes lie inside mem (checked above), and tests pass offsets that
	// are multiples of 8 from the beginning of a page.
	return (*atomic.Uint64)(unsafe.Pointer(&mem[off]))
}
