package bincode

import "encoding/binary"

// leafText is the longest text that the leaves below handle, in bytes.
const leafText = 32

// putLeaf writes n values at base, from step j of the first on, to the wire out from position i on. It returns
// the position, the value and the step it has come to. It stops before a step that is not for it: a text that is long or not
// ASCII, or one so near to the end of the room that words would spill over it.
//
// It is the hot loop of encoding, and a leaf: without calls the compiler keeps everything in registers. It
// compares with the end once for each fixed part and each text.
func putLeaf(p *program, base ptr, n, j int, out ptr, i, room int) (int, int, int) {
	steps := p.steps
	for k := range n {
		from := add(base, uintptr(k)*p.size)
		for ; j < len(steps); j++ {
			s := &steps[j]
			if s.span > room-i {
				return i, k, j
			}
			for _, w := range s.words {
				// SAFETY: span covers every word on the wire; in memory all 8 bytes lie in the value, which
				// builder.words has made sure of.
				storeWord(add(out, uintptr(i)+uintptr(w.pos)), loadWord(add(from, uintptr(w.off))))
			}
			next := i + s.wire
			if s.code != opNone {
				// Texts and byte slices both start with their address and their length.
				h := at[stringHeader](add(from, s.off))
				data, length := h.data, h.len
				if length > room-next-8 {
					return i, k, j
				}
				// SAFETY: the room for the length and the bytes has just been found. Words overlap inside the
				// bytes and never reach over an end.
				storeWord(add(out, uintptr(next)), uint64(length))
				if uint(length) > leafText {
					return i, k, j
				}
				next += 8
				var seen uint64
				switch to, n := uintptr(next), uintptr(length); {
				case n >= 16:
					a, b, c, d := loadWord(data), loadWord(add(data, 8)), loadWord(add(data, n-16)), loadWord(add(data, n-8))
					storeWord(add(out, to), a)
					storeWord(add(out, to+8), b)
					storeWord(add(out, to+n-16), c)
					storeWord(add(out, to+n-8), d)
					seen = a | b | c | d
				case n >= 8:
					a, b := loadWord(data), loadWord(add(data, n-8))
					storeWord(add(out, to), a)
					storeWord(add(out, to+n-8), b)
					seen = a | b
				default:
					for x := range n {
						b := *at[byte](add(data, x))
						*at[byte](add(out, to+x)) = b
						seen |= uint64(b)
					}
				}
				if seen&nonASCII != 0 && s.code == opText {
					return i, k, j
				}
				next += length
			}
			i = next
		}
		j = 0
	}
	return i, n, 0
}

// checkLeaf walks steps of one value from position i of the source of size bytes and returns the position,
// the number of steps it has found good, and the bytes of text in them. It stops before a step that is not
// for it, which may be bad.
func checkLeaf(steps []step, src ptr, i, size int) (next, done, text int) {
	for j := range steps {
		s := &steps[j]
		if s.wire > size-i {
			return i, j, text
		}
		for x := range s.bools {
			// SAFETY: the whole fixed part is there.
			if m := &s.bools[x]; m.n != 1 || *at[byte](add(src, uintptr(i+m.pos))) > 1 {
				return i, j, text
			}
		}
		next := i + s.wire
		if s.code != opNone {
			if size-next < 8 {
				return i, j, text
			}
			// SAFETY: the length is there, and n bytes after it before they are looked at.
			n, at := loadWord(add(src, uintptr(next))), next+8
			if n > uint64(size-at) {
				return i, j, text
			}
			if s.code == opText {
				if n > leafText || !asciiAt(src, uintptr(at), uintptr(n)) {
					return i, j, text
				}
				text += int(n)
			}
			next = at + int(n)
		}
		i = next
	}
	return i, len(steps), text
}

// asciiAt reports whether n bytes at i are ASCII, n ≤ leafText.
func asciiAt(src ptr, i, n uintptr) bool {
	// SAFETY: the caller has made sure of the bytes; words overlap inside them.
	var seen uint64
	switch {
	case n >= 16:
		seen = loadWord(add(src, i)) | loadWord(add(src, i+8)) | loadWord(add(src, i+n-16)) | loadWord(add(src, i+n-8))
	case n >= 8:
		seen = loadWord(add(src, i)) | loadWord(add(src, i+n-8))
	default:
		for x := range n {
			seen |= uint64(*at[byte](add(src, i+x)))
		}
	}
	return seen&nonASCII == 0
}

// borrowLeaf stores steps to the value at base, texts and byte slices aliasing the source, and returns the
// position and the number of steps it has done. Every length is judged again.
func borrowLeaf(steps []step, base, src ptr, i, size int) (int, int) {
	for j := range steps {
		s := &steps[j]
		if s.wire > size-i || !s.small {
			return i, j
		}
		for x := range s.moves {
			// SAFETY: the whole fixed part is there; moves store to fields without pointers.
			switch m := &s.moves[x]; m.n {
			case 8:
				storeWord(add(base, m.off), loadWord(add(src, uintptr(i+m.pos))))
			case 4:
				*at[[4]byte](add(base, m.off)) = *at[[4]byte](add(src, uintptr(i+m.pos)))
			case 2:
				*at[[2]byte](add(base, m.off)) = *at[[2]byte](add(src, uintptr(i+m.pos)))
			default:
				*at[byte](add(base, m.off)) = *at[byte](add(src, uintptr(i+m.pos)))
			}
		}
		for x := range s.bools {
			*at[byte](add(base, s.bools[x].off)) &= 1 // memory of a bool must never hold anything else
		}
		next := i + s.wire
		if s.code != opNone {
			if size-next < 8 {
				return i, j
			}
			n, at0 := loadWord(add(src, uintptr(next))), next+8
			if n > uint64(size-at0) || n == 0 {
				return i, j
			}
			// SAFETY: the n bytes are there. A string is the start of a slice; its capacity ends with it.
			h := at[stringHeader](add(base, s.off))
			h.data, h.len = add(src, uintptr(at0)), int(n)
			if s.code == opBytes {
				at[sliceHeader](add(base, s.off)).cap = int(n)
			}
			next = at0 + int(n)
		}
		i = next
	}
	return i, len(steps)
}

// stringHeader is the memory of a string, and the start of that of a slice.
type stringHeader struct {
	data ptr
	len  int
}

// nonASCII has the top bit of every byte.
const nonASCII = 0x8080808080808080

// loadWord and storeWord move 8 bytes in the host's order, at any alignment.
//
// SAFETY: callers have made sure of the 8 bytes; an array of bytes has no alignment.
func loadWord(p ptr) uint64     { return binary.NativeEndian.Uint64((*[8]byte)(p)[:]) }
func storeWord(p ptr, v uint64) { binary.NativeEndian.PutUint64((*[8]byte)(p)[:], v) }
