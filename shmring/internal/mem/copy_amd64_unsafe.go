//go:build amd64 && !race && !shmring_hooks

package mem

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// width is how many bytes copyWide moves at a time: 0 if it must not be used. Processors that slow down for 64
// bytes are left out: those that do not have VBMI2.
var width = func() uint8 {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512VBMI2:
		return 64
	case cpu.X86.HasAVX2:
		return 32
	}
	return 0
}()

// copyWide copies n > 64 bytes, which do not overlap. With copy instead, a stream of 256 B moves 0.84 as much, in batches
// 0.79: go run ./bench/ring -only 'Stream, 256 B', 8 interleaved pairs, AMD EPYC, Go 1.26.8.
//
//go:noescape
func copyWide(dst, src unsafe.Pointer, n uint64)

// zeroLines clears n bytes from p on, whole lines of 64, for processors with width 64.
//
//go:noescape
func zeroLines(p unsafe.Pointer, n uint64)
