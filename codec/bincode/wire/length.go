package wire

import "encoding/binary"

// maxEmpty is how many elements without bytes generated code reads from one length; more are left to the program, which
// counts them over the whole message.
const maxEmpty = 16

// PutLen writes the length n to b at i and returns the position behind it.
func PutLen(b []byte, i, n int) (next int) {
	if i < 0 || i > len(b)-8 {
		return -1
	}
	binary.LittleEndian.PutUint64(b[i:], uint64(n))
	return i + 8
}

// Len reads the length in b at i, of elements of at least least bytes each, and returns the position behind it. It
// fails where b is too short for the length, or for so many elements.
func Len(b []byte, i, least int) (n, next int) {
	if i < 0 || i > len(b)-8 {
		return 0, -1
	}
	u := binary.LittleEndian.Uint64(b[i:])
	i += 8
	if least == 0 {
		if u > maxEmpty {
			return 0, -1
		}
	} else if u > uint64(len(b)-i)/uint64(least) {
		return 0, -1
	}
	return int(u), i
}

// Bytes writes the length of s and s itself to b at i and returns the position behind them.
func Bytes(b []byte, i int, s []byte) (next int) {
	if i < 0 || i > len(b)-8 {
		return -1
	}
	binary.LittleEndian.PutUint64(b[i:], uint64(len(s)))
	if i += 8; len(s) > len(b)-i {
		return -1
	}
	copy(b[i:], s)
	return i + len(s)
}

// SkipBytes returns the position behind the length in b at i and its elements of width bytes each, width ≥ 1.
func SkipBytes(b []byte, i, width int) (next int) {
	n, i := Len(b, i, width)
	return i + n*width
}

// Bool is the wire form of v.
func Bool(v bool) byte {
	if v {
		return 1
	}
	return 0
}
