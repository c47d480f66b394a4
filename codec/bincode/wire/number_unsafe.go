package wire

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// Number is every type whose values on the wire are their memory, little endian; of int and uint that
// is true on 64-bit hosts only, and the functions below see to the others.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~float32 | ~float64
}

// Numbers writes the length of s and s itself to the start of b and returns what is behind them.
func Numbers[T Number](b []byte, s []T) (rest []byte, ok bool) {
	n := len(s) * width[T]()
	if len(b) < 8 || n > len(b)-8 {
		return nil, false
	}
	binary.LittleEndian.PutUint64(b, uint64(len(s)))
	PutNumbers(b[8:8+n], s)
	return b[8+n:], true
}

// KeepNumbers reads the numbers at the start of b to the memory of old, or to new memory as [Room] has it,
// and returns what is behind them.
func KeepNumbers[T Number](k *Keeper, b []byte, old []T) (s []T, rest []byte, ok bool) {
	n, b := Len(b, width[T]())
	if n < 0 {
		return nil, nil, false
	}
	s = Room(k, old, n)
	return s, b[n*width[T]():], GetNumbers(s, b)
}

// PutNumbers writes s to b, which is long enough.
func PutNumbers[T Number](b []byte, s []T) {
	switch w := width[T](); {
	case !native[T]():
		for i, v := range s {
			binary.LittleEndian.PutUint64(b[8*i:], uint64(v))
		}
	case w == 1 || little:
		copy(b, memory(s))
	default:
		turn(b, memory(s), w)
	}
}

// GetNumbers stores the start of b to s. It fails where b is too short, or where a number does not fit: an
// int on a host of 32 bits.
func GetNumbers[T Number](s []T, b []byte) bool {
	w := width[T]()
	if len(b) < w*len(s) {
		return false
	}
	switch {
	case !native[T]():
		for i := range s {
			u := binary.LittleEndian.Uint64(b[8*i:])
			if s[i] = T(u); uint64(s[i]) != u {
				return false
			}
		}
	case w == 1 || little:
		copy(memory(s), b)
	default:
		turn(memory(s), b[:w*len(s)], w)
	}
	return true
}

// width is the number of bytes of a T on the wire.
func width[T Number]() int {
	if !native[T]() {
		return 8
	}
	var v T
	return int(unsafe.Sizeof(v))
}

// native reports whether a T has the same width in memory and on the wire: all but int and uint, and those
// on 64-bit hosts.
func native[T Number]() bool {
	const wide = unsafe.Sizeof(int(0)) == 8
	if wide {
		return true
	}
	switch any(*new(T)).(type) {
	case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64:
		return true
	}
	return false
}

// little is whether the host puts the low byte first.
var little = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memory shows the memory of s.
func memory[T Number](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	// SAFETY: numbers hold no pointers and have no invalid bit patterns, so their bytes may be read and
	// written; there are exactly len(s) of them.
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// turn copies numbers of w bytes and reverses the bytes of every one, for hosts that put the high byte first.
func turn(dst, src []byte, w int) {
	for ; len(src) >= w; dst, src = dst[w:], src[w:] {
		copy(dst, src[:w])
		slices.Reverse(dst[:w])
	}
}
