//go:build !shmring_hooks

package mem

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// lengths covers every path of the copies: all short ones, and some around the larger thresholds.
func lengths() []int {
	var all []int
	for n := range 1200 {
		all = append(all, n)
	}
	for _, n := range []int{4 << 10, 16 << 10, 64 << 10} {
		for d := -9; d <= 9; d++ {
			all = append(all, n+d)
		}
	}
	return all
}

// around returns n bytes of a page-aligned buffer filled with fill, which begin at a multiple of 8, and the buffer.
func around(buffer []byte, at, n int, fill byte) []byte {
	for i := range buffer[:at+n+64] {
		buffer[i] = fill
	}
	return buffer[at:][:n:n]
}

func TestCopiesMoveEveryLengthAndNothingBeside(t *testing.T) {
	source, target := make([]byte, 80<<10), make([]byte, 80<<10)
	for i := range source {
		source[i] = byte(rand.Uint32())
	}
	check := func(t *testing.T, copy func(dst, src []byte)) {
		for _, n := range lengths() {
			from, to := 8*rand.IntN(16), 8*rand.IntN(16)
			src := source[from:][:n]
			dst := around(target, to, n, 0xee)
			copy(dst, src)
			if !bytes.Equal(dst, src) {
				t.Fatalf("%d bytes from offset %d to %d arrived changed", n, from, to)
			}
			for _, rest := range [][]byte{target[:to], target[to+n:][:64]} {
				if bytes.Count(rest, []byte{0xee}) != len(rest) {
					t.Fatalf("%d bytes to offset %d changed a byte beside them", n, to)
				}
			}
		}
	}
	eachWidth(t, func(t *testing.T) {
		t.Run("in", func(t *testing.T) { check(t, CopyIn) })
		t.Run("out", func(t *testing.T) { check(t, CopyOut) })
		t.Run("append", func(t *testing.T) {
			check(t, func(dst, src []byte) { Append(dst[:0], src) })
		})
	})
}

func TestShortCopiesMoveEveryLengthAndNothingBeside(t *testing.T) {
	source, target := make([]byte, 256), make([]byte, 256)
	for i := range source {
		source[i] = byte(i) + 1
	}
	for n := 8; n <= Inline; n++ {
		dst := around(target, 8, n, 0xee)
		switch src := source[3:]; {
		case n >= 32:
			Copy32(address(dst), address(src), uint64(n))
		case n >= 16:
			Copy16(address(dst), address(src), uint64(n))
		default:
			Copy8(address(dst), address(src), uint64(n))
		}
		if !bytes.Equal(dst, source[3:][:n]) || target[7] != 0xee || target[8+n] != 0xee {
			t.Errorf("%d bytes: % x", n, target[:n+16])
		}
	}
}

func TestZeroClearsEveryLengthAndNothingBeside(t *testing.T) {
	target := make([]byte, 80<<10)
	eachWidth(t, func(t *testing.T) {
		for n := 0; n <= 8<<10; n += 8 {
			for _, at := range []int{64, 72} {
				b := around(target, at, n, 0xee)
				Zero(b)
				if bytes.Count(b, []byte{0}) != n || target[at-1] != 0xee || target[at+n] != 0xee {
					t.Fatalf("%d bytes at offset %d are not all zero, or more than they are", n, at)
				}
			}
		}
	})
}
