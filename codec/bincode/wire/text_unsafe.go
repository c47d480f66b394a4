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
func Text(b []byte, s string) (rest []byte, ok bool) {
	n := len(s)
	if len(b) < 8 || n > len(b)-8 {
		return nil, false
	}
	binary.LittleEndian.PutUint64(b, uint64(n))
	b = b[8:]
	if n > shortWords {
		return b[n:], PutText(b[:n], s)
	}
	// SAFETY: there are n bytes at both addresses; words overlap inside them and never reach over an end.
	if copyWords(unsafe.Pointer(unsafe.SliceData(b)), unsafe.Pointer(unsafe.StringData(s)), uintptr(n))&nonASCII != 0 {
		return b[n:], utf8.ValidString(s)
	}
	return b[n:], true
}

// copyWords copies n bytes, n ≤ shortWords, and returns all of them or-ed together.
func copyWords(to, from unsafe.Pointer, n uintptr) uint64 {
	switch {
	case n >= 16:
		a, b, c, d := load(from, 0), load(from, 8), load(from, n-16), load(from, n-8)
		store(to, 0, a)
		store(to, 8, b)
		store(to, n-16, c)
		store(to, n-8, d)
		return a | b | c | d
	case n >= 8:
		a, b := load(from, 0), load(from, n-8)
		store(to, 0, a)
		store(to, n-8, b)
		return a | b
	}
	var seen uint64
	for i := range n {
		// SAFETY: i < n.
		c := *(*byte)(unsafe.Add(from, i))
		*(*byte)(unsafe.Add(to, i)) = c
		seen |= uint64(c)
	}
	return seen
}

// load and store move the 8 bytes at p+off in the host's order, at any alignment.
//
// SAFETY: callers have made sure of the 8 bytes; an array of bytes has no alignment.
func load(p unsafe.Pointer, off uintptr) uint64 {
	return binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(p, off))[:])
}
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
	switch s := b[:n]; {
	case n > shortWords || !asciiWords(unsafe.Pointer(unsafe.SliceData(s)), uintptr(n)):
		if !ValidText(s) {
			return nil, -1
		}
		if n > keptText {
			return b[n:], 0
		}
	}
	return b[n:], int(n)
}

// asciiWords reports whether n bytes at p, n ≤ shortWords, are ASCII.
func asciiWords(p unsafe.Pointer, n uintptr) bool {
	// SAFETY: the caller has made sure of the bytes; words overlap inside them.
	var seen uint64
	switch {
	case n >= 16:
		seen = load(p, 0) | load(p, 8) | load(p, n-16) | load(p, n-8)
	case n >= 8:
		seen = load(p, 0) | load(p, n-8)
	default:
		for i := range n {
			seen |= uint64(*(*byte)(unsafe.Add(p, i)))
		}
	}
	return seen&nonASCII == 0
}

// asText makes a string of bytes that nobody will change while the string is in use.
func asText(b []byte) string {
	// SAFETY: b is either a Keeper's memory, never written again, or the source of a borrowing decode, whose
	// contract forbids to change it.
	return unsafe.String(unsafe.SliceData(b), len(b))
}
