package wire

import (
	"encoding/binary"
	"slices"
)

// maxEmpty is how many elements without bytes generated code reads; more are left to the program.
const maxEmpty = 1024

// Extend returns dst with n more bytes, whatever they hold, in new memory where its capacity is too small.
func Extend(dst []byte, n int) []byte {
	if n <= cap(dst)-len(dst) {
		return dst[:len(dst)+n]
	}
	return slices.Grow(dst, n)[:len(dst)+n]
}

// Len reads the length of elements of at least least bytes each and returns what is behind it. The length
// is negative where b is too short for it, or for so many elements.
func Len(b []byte, least int) (n int, rest []byte) {
	if len(b) < 8 {
		return -1, nil
	}
	u := binary.LittleEndian.Uint64(b)
	b = b[8:]
	if least == 0 {
		if u > maxEmpty {
			return -1, nil
		}
	} else if u > uint64(len(b))/uint64(least) {
		return -1, nil
	}
	return int(u), b
}

// Bytes writes the length of s and s itself to the start of b and returns what is behind them.
func Bytes(b, s []byte) (rest []byte, ok bool) {
	if len(b) < 8 || len(s) > len(b)-8 {
		return nil, false
	}
	binary.LittleEndian.PutUint64(b, uint64(len(s)))
	copy(b[8:], s)
	return b[8+len(s):], true
}

// SkipBytes returns what is behind the length at the start of b and its elements of width bytes each,
// width ≥ 1. It fails where b is too short.
func SkipBytes(b []byte, width int) (rest []byte, ok bool) {
	n, b := Len(b, width)
	if n < 0 {
		return nil, false
	}
	return b[n*width:], true
}

// Bool is the wire form of v.
func Bool(v bool) byte {
	if v {
		return 1
	}
	return 0
}
