package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// nonASCII has the top bit of every byte.
const nonASCII = 0x8080808080808080

// PutText copies s over dst, which has the same length, and reports whether s is UTF-8. Short texts are
// copied and looked at in the same words, so that the look costs next to nothing.
func PutText(dst []byte, s string) bool {
	switch n := len(s); {
	case n > 32:
		copy(dst, s)
		return ValidText(dst[:n])
	case n >= 8:
		var seen uint64
		dst = dst[:n]
		for i := 0; i+8 < n; i += 8 {
			w := word(s[i : i+8])
			binary.LittleEndian.PutUint64(dst[i:i+8], w)
			seen |= w
		}
		w := word(s[n-8:])
		binary.LittleEndian.PutUint64(dst[n-8:], w)
		return (seen|w)&nonASCII == 0 || utf8.ValidString(s)
	default:
		dst = dst[:n]
		var seen byte
		for i := range dst {
			dst[i] = s[i]
			seen |= s[i]
		}
		return seen < utf8.RuneSelf || utf8.ValidString(s)
	}
}

func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// ValidText reports whether b is UTF-8. ASCII, the usual case, is recognised by the word.
func ValidText(b []byte) bool {
	n := len(b)
	if n < 8 {
		var seen byte
		for _, c := range b {
			seen |= c
		}
		return seen < utf8.RuneSelf || utf8.Valid(b)
	}
	seen := binary.LittleEndian.Uint64(b[n-8:])
	for i := 0; i+8 < n; i += 8 {
		seen |= binary.LittleEndian.Uint64(b[i : i+8])
	}
	return seen&nonASCII == 0 || utf8.Valid(b)
}
