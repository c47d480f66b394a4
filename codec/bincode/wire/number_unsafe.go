package wire

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// Number is every type whose memory, little endian, is its wire form.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
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
	GetNumbers(s, b)
	return s, b[n*width[T]():], true
}

// KeepSingles is [Keeper.Bytes] for other numbers of one byte.
func KeepSingles[T ~int8 | ~uint8](k *Keeper, b []byte, old []T) (s []T, rest []byte, ok bool) {
	// SAFETY: a T is one byte, any bit pattern is a T, and all slices have the same header.
	bytes, rest, ok := k.Bytes(b, *(*[]byte)(unsafe.Pointer(&old)))
	return *(*[]T)(unsafe.Pointer(&bytes)), rest, ok
}

// PutNumbers writes s to b, which is long enough.
func PutNumbers[T Number](b []byte, s []T) {
	if w := width[T](); w == 1 || little() {
		copy(b, memory(s))
	} else {
		turn(b, memory(s), w)
	}
}

// GetNumbers stores the start of b, which is long enough, to s.
func GetNumbers[T Number](s []T, b []byte) {
	if w := width[T](); w == 1 || little() {
		copy(memory(s), b)
	} else {
		turn(memory(s), b[:w*len(s)], w)
	}
}

// Int is the numbers that are 64 bits wide on the wire, whatever the host.
type Int interface{ ~int | ~uint }

// Ints is [Numbers] for them.
func Ints[T Int](b []byte, s []T) (rest []byte, ok bool) {
	if len(b) < 8 || len(s) > (len(b)-8)/8 {
		return nil, false
	}
	binary.LittleEndian.PutUint64(b, uint64(len(s)))
	b = b[8:]
	if little() && width[T]() == 8 {
		return b[copy(b, memory(s)):], true
	}
	for i, v := range s {
		binary.LittleEndian.PutUint64(b[8*i:], uint64(v))
	}
	return b[8*len(s):], true
}

// SkipInts judges the slice of ints at the start of b, on a host of 32 bits each of them, and returns what is
// behind it.
func SkipInts[T Int](b []byte) (rest []byte, ok bool) {
	n, b := Len(b, 8)
	if n < 0 {
		return nil, false
	}
	for i := 0; i < n && width[T]() < 8; i++ {
		if !Fits[T](binary.LittleEndian.Uint64(b[8*i:])) {
			return nil, false
		}
	}
	return b[8*n:], true
}

// KeepInts is [KeepNumbers] for them.
func KeepInts[T Int](k *Keeper, b []byte, old []T) (s []T, rest []byte, ok bool) {
	n, b := Len(b, 8)
	if n < 0 {
		return nil, nil, false
	}
	s = Room(k, old, n)
	if little() && width[T]() == 8 {
		return s, b[copy(memory(s), b):], true
	}
	for i := range s {
		s[i] = T(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return s, b[8*n:], true
}

// Fits reports whether the int with the wire form u fits the host's.
func Fits[T Int](u uint64) bool {
	v := T(u)
	if v < 0 || ^T(0) < 0 {
		return int64(v) == int64(u)
	}
	return uint64(v) == u
}

// width is the number of bytes of a T in memory.
func width[T Number | Int]() int {
	var v T
	return int(unsafe.Sizeof(v))
}

// little reports whether the host puts the low byte first.
func little() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// memory shows the memory of s.
func memory[T Number | Int](s []T) []byte {
	// SAFETY: numbers hold no pointers and have no invalid bit patterns, so their bytes may be read and
	// written; there are len(s) of them.
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*width[T]())
}

// turn copies numbers of w bytes and reverses the bytes of every one, for hosts that put the high byte first.
func turn(dst, src []byte, w int) {
	for ; len(src) >= w; dst, src = dst[w:], src[w:] {
		copy(dst, src[:w])
		slices.Reverse(dst[:w])
	}
}
