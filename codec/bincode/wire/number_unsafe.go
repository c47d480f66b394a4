package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"
)

// Number is every type whose memory, little endian, is its wire form.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Numbers writes the length of s and s itself to b at i and returns the position behind them.
func Numbers[T Number](b []byte, i int, s []T) (next int) {
	if i < 0 || i > len(b)-8 {
		return -1
	}
	binary.LittleEndian.PutUint64(b[i:], uint64(len(s)))
	n := len(s) * width[T]()
	if i += 8; n > len(b)-i {
		return -1
	}
	PutNumbers(b[i:], s)
	return i + n
}

// KeepNumbers reads the numbers in b at i to the memory of old, or to new memory as [Room] has it, and returns the
// position behind them.
func KeepNumbers[T Number](k *Keeper, b []byte, i int, old []T) (s []T, next int) {
	n, i := Len(b, i, width[T]())
	if i < 0 {
		return nil, -1
	}
	s = Room(k, old, n)
	GetNumbers(s, b[i:])
	return s, i + n*width[T]()
}

// KeepSingles is [Keeper.Bytes] for other numbers of one byte.
func KeepSingles[T ~int8 | ~uint8](k *Keeper, b []byte, i int, old []T) (s []T, next int) {
	// SAFETY: a T is one byte, any bit pattern is a T, and all slices have the same header.
	bytes, next := k.Bytes(b, i, *(*[]byte)(unsafe.Pointer(&old)))
	return *(*[]T)(unsafe.Pointer(&bytes)), next
}

// PutNumbers writes s to b, which is long enough.
func PutNumbers[T Number](b []byte, s []T) {
	if w := width[T](); w == 1 || little() {
		copy(b, memory(s))
	} else {
		swapBytes(b, memory(s), w)
	}
}

// GetNumbers stores the start of b, which is long enough, to s.
func GetNumbers[T Number](s []T, b []byte) {
	if w := width[T](); w == 1 || little() {
		copy(memory(s), b)
	} else {
		swapBytes(memory(s), b[:w*len(s)], w)
	}
}

// Int is the numbers that are 64 bits wide on the wire, whatever the host.
type Int interface{ ~int | ~uint }

// Ints is [Numbers] for them.
func Ints[T Int](b []byte, i int, s []T) (next int) {
	if i < 0 || i > len(b)-8 || len(s) > (len(b)-i-8)/8 {
		return -1
	}
	binary.LittleEndian.PutUint64(b[i:], uint64(len(s)))
	i += 8
	if little() && width[T]() == 8 {
		return i + copy(b[i:], memory(s))
	}
	for k, v := range s {
		binary.LittleEndian.PutUint64(b[i+8*k:], uint64(v))
	}
	return i + 8*len(s)
}

// SkipInts judges the slice of ints in b at i, on a host of 32 bits each of them, and returns the position behind it.
func SkipInts[T Int](b []byte, i int) (next int) {
	n, i := Len(b, i, 8)
	for k := 0; k < n && width[T]() < 8; k++ {
		if !Fits[T](binary.LittleEndian.Uint64(b[i+8*k:])) {
			return -1
		}
	}
	return i + 8*n
}

// KeepInts is [KeepNumbers] for them.
func KeepInts[T Int](k *Keeper, b []byte, i int, old []T) (s []T, next int) {
	n, i := Len(b, i, 8)
	if i < 0 {
		return nil, -1
	}
	s = Room(k, old, n)
	if little() && width[T]() == 8 {
		return s, i + copy(memory(s), b[i:])
	}
	for x := range s {
		s[x] = T(binary.LittleEndian.Uint64(b[i+8*x:]))
	}
	return s, i + 8*n
}

// addressable reports whether n elements fit the host's address space.
func addressable[T any](n int) bool {
	var v T
	return unsafe.Sizeof(v) == 0 || uintptr(n) <= math.MaxInt/unsafe.Sizeof(v)
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

// swapBytes copies numbers of w bytes and reverses the bytes of every one, for hosts that put the high byte first.
func swapBytes(dst, src []byte, w int) {
	for ; len(src) >= w; dst, src = dst[w:], src[w:] {
		copy(dst, src[:w])
		slices.Reverse(dst[:w])
	}
}
