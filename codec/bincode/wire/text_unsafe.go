package wire

import (
	"encoding/binary"
	"unsafe"
)

// The functions of this file call nothing, so that the compiler gives them no frame and keeps everything in
// registers. Texts are copied and judged in the same words, which overlap.
//
// What makes all of them safe: there are n bytes at each pointer, which a comparison with the slice's length has made
// sure of before anything is touched. Words start at 0 or above and end at n or below; nothing points
// behind that, not even for n = 0. Arrays of bytes have no alignment.

// word is what texts are moved and judged by.
type word = [8]byte

// nonASCII has the top bit of every byte.
const nonASCII = 0x8080808080808080

// Text writes the length of s and s itself to b at i and returns the position behind them, or a negative number
// where i is one, b is too short or s is not UTF-8.
func Text(b []byte, i int, s string) int {
	n := len(s)
	if room := len(b) - 8 - n; i < 0 || i > room {
		return -1
	}
	le, seen := binary.LittleEndian, uint64(0)
	// SAFETY: b has 8+n bytes from i on.
	to, from := unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i), unsafe.Pointer(unsafe.StringData(s))
	le.PutUint64((*word)(to)[:], uint64(n))
	switch {
	case n >= 16:
		*(*[2]word)(unsafe.Add(to, 8)) = *(*[2]word)(from)
		*(*[2]word)(unsafe.Add(to, n-8)) = *(*[2]word)(unsafe.Add(from, n-16))
		seen = le.Uint64((*word)(from)[:]) | le.Uint64((*word)(unsafe.Add(from, 8))[:]) |
			le.Uint64((*word)(unsafe.Add(from, n-16))[:]) | le.Uint64((*word)(unsafe.Add(from, n-8))[:])
		if n <= 32 {
			break
		}
		for k := 16; k < n-16; k += 16 {
			*(*[2]word)(unsafe.Add(to, 8+k)) = *(*[2]word)(unsafe.Add(from, k))
			seen |= le.Uint64((*word)(unsafe.Add(from, k))[:]) | le.Uint64((*word)(unsafe.Add(from, k+8))[:])
		}
	case n >= 8:
		*(*word)(unsafe.Add(to, 8)) = *(*word)(from)
		*(*word)(unsafe.Add(to, n)) = *(*word)(unsafe.Add(from, n-8))
		seen = le.Uint64((*word)(from)[:]) | le.Uint64((*word)(unsafe.Add(from, n-8))[:])
	case n >= 4:
		*(*[4]byte)(unsafe.Add(to, 8)) = *(*[4]byte)(from)
		*(*[4]byte)(unsafe.Add(to, n+4)) = *(*[4]byte)(unsafe.Add(from, n-4))
		seen = uint64(le.Uint32((*[4]byte)(from)[:]) | le.Uint32((*[4]byte)(unsafe.Add(from, n-4))[:]))
	default:
		for k := range n {
			c := *(*byte)(unsafe.Add(from, k))
			*(*byte)(unsafe.Add(to, 8+k)) = c
			seen |= uint64(c)
		}
	}
	if seen&nonASCII != 0 && !valid(from, n) {
		return -1
	}
	return i + 8 + n
}

// SkipText judges the string in b at i and returns the position behind it, and text with the bytes added that a
// [Keeper] will need for it: none for a long string. The position is negative where i is, where b is too short
// and where the string is not UTF-8.
func SkipText(b []byte, i, text int) (next, sum int) {
	if i < 0 || i > len(b)-8 {
		return -1, 0
	}
	le := binary.LittleEndian
	// SAFETY: b has 8 bytes from i on, and then the u that follow them.
	from := unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), i)
	u := le.Uint64((*word)(from)[:])
	if i += 8; u > uint64(len(b)-i) {
		return -1, 0
	}
	if u == 0 {
		return i, text
	}
	from = unsafe.Add(from, 8)
	n, seen := int(u), uint64(0)
	if n >= 8 {
		seen = le.Uint64((*word)(unsafe.Add(from, n-8))[:])
		for k := 0; k < n-8; k += 8 {
			seen |= le.Uint64((*word)(unsafe.Add(from, k))[:])
		}
	} else {
		for k := range n {
			seen |= uint64(*(*byte)(unsafe.Add(from, k)))
		}
	}
	if seen&nonASCII != 0 && !valid(from, n) {
		return -1, 0
	}
	if n <= keptText {
		text += n
	}
	return i + n, text
}

// ValidText reports whether b is UTF-8.
func ValidText(b []byte) bool {
	n, seen := len(b), uint64(0)
	if n < 8 {
		for _, c := range b {
			seen |= uint64(c)
		}
	} else {
		seen = binary.LittleEndian.Uint64(b[n-8:])
		for k := 0; k < n-8; k += 8 {
			seen |= binary.LittleEndian.Uint64(b[k : k+8])
		}
	}
	// SAFETY: b has n bytes.
	return seen&nonASCII == 0 || valid(unsafe.Pointer(unsafe.SliceData(b)), n)
}

// valid reports whether the n bytes at from are UTF-8. It is so short that callers hold it in themselves.
func valid(from unsafe.Pointer, n int) bool {
	state := uint64(whole)
	// SAFETY: the caller has n bytes at from.
	for k := range n {
		state = utf8Rows[*(*byte)(unsafe.Add(from, k))] >> (state & 63)
	}
	return state&63 == whole
}

// asText makes a string of bytes that nobody will change while the string is in use.
func asText(b []byte) string {
	// SAFETY: b is either a Keeper's memory, never written again, or the source of a borrowing decode, whose
	// contract forbids to change it.
	return unsafe.String(unsafe.SliceData(b), len(b))
}
