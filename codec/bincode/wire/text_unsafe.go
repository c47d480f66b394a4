package wire

import (
	"encoding/binary"
	"unicode/utf8"
	"unsafe"
)

// shortWords is the longest text, in bytes, that is moved or judged by overlapping words.
const shortWords = 32

// Text writes the length of s and s itself to the start of b and returns what is behind them. It fails where
// b is too short or s is not UTF-8.
//
// It is a leaf for short texts: without calls the compiler keeps everything in registers.
func Text(b []byte, s string) (rest []byte, ok bool) {
	n := uintptr(len(s))
	if len(b) < 8 || n > uintptr(len(b)-8) {
		return nil, false
	}
	binary.LittleEndian.PutUint64(b, uint64(n))
	b = b[8:]
	if n > shortWords {
		return longText(b, s)
	}
	// SAFETY: there are n bytes at both addresses, which the length of b makes sure of; words overlap inside
	// them and never reach over an end.
	to, from := unsafe.Pointer(unsafe.SliceData(b)), unsafe.Pointer(unsafe.StringData(s))
	var seen uint64
	switch {
	case n >= 16:
		w, x, y, z := load(from, 0), load(from, 8), load(from, n-16), load(from, n-8)
		store(to, 0, w)
		store(to, 8, x)
		store(to, n-16, y)
		store(to, n-8, z)
		seen = w | x | y | z
	case n >= 8:
		w, x := load(from, 0), load(from, n-8)
		store(to, 0, w)
		store(to, n-8, x)
		seen = w | x
	case n >= 4:
		w, x := *(*[4]byte)(from), *(*[4]byte)(unsafe.Add(from, n-4))
		*(*[4]byte)(to) = w
		*(*[4]byte)(unsafe.Add(to, n-4)) = x
		seen = uint64(binary.NativeEndian.Uint32(w[:]) | binary.NativeEndian.Uint32(x[:]))
	default:
		for i := range n {
			c := *(*byte)(unsafe.Add(from, i))
			*(*byte)(unsafe.Add(to, i)) = c
			seen |= uint64(c)
		}
	}
	if seen&nonASCII != 0 {
		return b[n:], utf8.ValidString(s)
	}
	return b[n:], true
}

// longText is Text behind the length.
func longText(b []byte, s string) (rest []byte, ok bool) {
	copy(b, s)
	return b[len(s):], ValidText(b[:len(s)])
}

// load returns the 8 bytes at p+off in the host's order, at any alignment.
//
// SAFETY: callers have made sure of the 8 bytes; an array of bytes has no alignment.
func load(p unsafe.Pointer, off uintptr) uint64 {
	return binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(p, off))[:])
}

// store puts 8 bytes at p+off in the host's order, at any alignment.
//
// SAFETY: as load.
func store(p unsafe.Pointer, off uintptr, v uint64) {
	binary.NativeEndian.PutUint64((*[8]byte)(unsafe.Add(p, off))[:], v)
}

// SkipText judges a string at the start of b and returns what is behind it, and how many bytes of it a
// [Keeper] will need: none for a long string. The number is negative where b is too short or the string is
// not UTF-8.
func SkipText(b []byte) (rest []byte, text int) {
	if len(b) < 8 {
		return nil, -1
	}
	n := binary.LittleEndian.Uint64(b)
	b = b[8:]
	if n > uint64(len(b)) {
		return nil, -1
	}
	if n > shortWords {
		return skipLong(b, int(n))
	}
	// SAFETY: there are n bytes at p; words overlap inside them.
	p, size := unsafe.Pointer(unsafe.SliceData(b)), uintptr(n)
	var seen uint64
	switch {
	case n >= 16:
		seen = load(p, 0) | load(p, 8) | load(p, size-16) | load(p, size-8)
	case n >= 8:
		seen = load(p, 0) | load(p, size-8)
	default:
		for i := range size {
			seen |= uint64(*(*byte)(unsafe.Add(p, i)))
		}
	}
	if seen&nonASCII != 0 {
		return skipLong(b, int(n))
	}
	return b[n:], int(n)
}

// skipLong is SkipText behind the length n.
func skipLong(b []byte, n int) (rest []byte, text int) {
	switch {
	case !ValidText(b[:n]):
		return nil, -1
	case n > keptText:
		return b[n:], 0
	}
	return b[n:], n
}

// asText makes a string of bytes that nobody will change while the string is in use.
func asText(b []byte) string {
	// SAFETY: b is either a Keeper's memory, never written again, or the source of a borrowing decode, whose
	// contract forbids to change it.
	return unsafe.String(unsafe.SliceData(b), len(b))
}
