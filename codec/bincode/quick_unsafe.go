package bincode

import (
	"encoding/binary"
	"unsafe"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// The three loops here run the quick form of a program. They compare with the end once for each fixed part and
// once for each text, and move short texts by words: so on their usual way they call nothing, and the compiler
// keeps everything in registers. They build no errors. Where anything is amiss they return a negative
// position, and the steps of the program find out what it is.
//
// SAFETY, for all of them: words, rests and operations are fields of the value at base, as compiled; on the wire
// they are touched after a comparison with its end. The array types have no alignment. A step is followed by
// another until one is quickEnd.

// leafText is the longest text, in bytes, that words move.
const leafText = 32

// appendQuick encodes the n values at base, n ≥ 1, behind dst. Where anything is amiss, and that includes room,
// it leaves all of it to long.
func (p *program) appendQuick(dst []byte, base ptr, n int, long *machine) ([]byte, error) {
	out, i, size := bufferOf(dst), len(dst), cap(dst)
values:
	for first := &p.quick[0]; base != nil; {
		for s := first; ; s = s.next() {
			if s.wire > size-i {
				break values
			}
			switch s.count {
			case 4:
				*(*[8]byte)(unsafe.Add(out, i+int(s.words[3].pos))) = *(*[8]byte)(unsafe.Add(base, s.words[3].off))
				fallthrough
			case 3:
				*(*[8]byte)(unsafe.Add(out, i+int(s.words[2].pos))) = *(*[8]byte)(unsafe.Add(base, s.words[2].off))
				fallthrough
			case 2:
				*(*[8]byte)(unsafe.Add(out, i+int(s.words[1].pos))) = *(*[8]byte)(unsafe.Add(base, s.words[1].off))
				fallthrough
			case 1:
				*(*[8]byte)(unsafe.Add(out, i+int(s.words[0].pos))) = *(*[8]byte)(unsafe.Add(base, s.words[0].off))
			}
			i += s.wire
			if s.rest > 0 {
				switch to, from := unsafe.Add(out, i-int(s.rest)), unsafe.Add(base, s.from); s.rest {
				case 1:
					*(*byte)(to) = *(*byte)(from)
				case 2:
					*(*[2]byte)(to) = *(*[2]byte)(from)
				default:
					*(*[4]byte)(to) = *(*[4]byte)(from)
				}
			}
			if s.code > quickBytes {
				if s.code == quickEnd {
					break
				}
				if s.code == quickRun {
					if s.run > size-i {
						break values
					}
					i += copy(raw(unsafe.Add(out, i), s.run), raw(unsafe.Add(base, s.off), s.run))
				}
				continue
			}
			// Texts and byte slices both start with their address and their length.
			h := (*stringHeader)(unsafe.Add(base, s.off))
			from, length := h.data, h.len
			if length > size-i-8 {
				break values
			}
			binary.NativeEndian.PutUint64((*[8]byte)(unsafe.Add(out, i))[:], uint64(length))
			i += 8
			if length <= leafText {
				var seen uint64
				if length >= 16 {
					*(*[16]byte)(unsafe.Add(out, i)) = *(*[16]byte)(from)
					*(*[16]byte)(unsafe.Add(out, i+length-16)) = *(*[16]byte)(unsafe.Add(from, length-16))
					seen = binary.NativeEndian.Uint64((*[8]byte)(from)[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, 8))[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-16))[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-8))[:])
				} else if length >= 8 {
					*(*[8]byte)(unsafe.Add(out, i)) = *(*[8]byte)(from)
					*(*[8]byte)(unsafe.Add(out, i+length-8)) = *(*[8]byte)(unsafe.Add(from, length-8))
					seen = binary.NativeEndian.Uint64((*[8]byte)(from)[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-8))[:])
				} else {
					for x := range length {
						b := *(*byte)(unsafe.Add(from, x))
						*(*byte)(unsafe.Add(out, i+x)) = b
						seen |= uint64(b)
					}
				}
				if seen&nonASCII == 0 || s.code == quickBytes {
					if i += length; s.last {
						break
					}
					continue
				}
			}
			if s.code == quickBytes {
				copy(raw(unsafe.Add(out, i), length), raw(from, length))
			} else if !putText(unsafe.Add(out, i), from, length) {
				break values
			}
			if i += length; s.last {
				break
			}
		}
		if n--; n <= 0 {
			return dst[:i], nil
		}
		base = unsafe.Add(base, p.size)
	}
	return long.append(dst, base)
}

// putText copies a text of n bytes, n ≥ 1, and reports whether it is UTF-8.
//
//go:noinline
func putText(to, from ptr, n int) bool {
	b := raw(from, n)
	copy(raw(to, n), b)
	return wire.ValidText(b)
}

// checkQuick judges n values, n ≥ 1, on the wire src from position i on, and returns the position after them and
// how many bytes of short texts are in them.
func (p *program) checkQuick(n int, src []byte, i int) (next, text int) {
	in, size := bufferOf(src), len(src)
	for {
		for s := &p.quick[0]; ; s = s.next() {
			if s.wire > size-i {
				return -1, 0
			}
			for x := range s.bools {
				if *(*byte)(unsafe.Add(in, i+int(s.bools[x].pos))) > 1 {
					return -1, 0
				}
			}
			i += s.wire
			if s.code > quickBytes {
				if s.code == quickEnd {
					break
				}
				if s.code == quickRun {
					if s.run > size-i {
						return -1, 0
					}
					i += s.run
				}
				continue
			}
			if size-i < 8 {
				return -1, 0
			}
			u := binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(in, i))[:])
			if i += 8; u > uint64(size-i) {
				return -1, 0
			}
			length := int(u)
			if s.code == quickBytes {
				i += length
				continue
			}
			if length <= leafText {
				var seen uint64
				if length >= 16 {
					from := unsafe.Add(in, i)
					seen = binary.NativeEndian.Uint64((*[8]byte)(from)[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, 8))[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-16))[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-8))[:])
				} else if length >= 8 {
					from := unsafe.Add(in, i)
					seen = binary.NativeEndian.Uint64((*[8]byte)(from)[:]) |
						binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(from, length-8))[:])
				} else {
					for x := range length {
						seen |= uint64(*(*byte)(unsafe.Add(in, i+x)))
					}
				}
				if seen&nonASCII == 0 {
					i += length
					text += length
					continue
				}
			}
			if !wire.ValidText(raw(unsafe.Add(in, i), length)) {
				return -1, 0
			}
			if i += length; length <= shortText {
				text += length
			}
		}
		if n--; n <= 0 {
			return i, text
		}
	}
}

// getQuick stores n values, n ≥ 1, on the wire src from position i on to base, judging every length again, and
// returns the position after them. Texts and byte slices alias the wire when it is lent.
func (p *program) getQuick(base ptr, n int, src []byte, i int, keep *arena, lent, fresh bool) int {
	in, size := bufferOf(src), len(src)
	for {
		for s := &p.quick[0]; ; s = s.next() {
			at := i + s.wire // of the operation
			if at > size {
				return -1
			}
			length := 0
			if s.code <= quickBytes {
				if size-at < 8 {
					return -1
				}
				u := binary.NativeEndian.Uint64((*[8]byte)(unsafe.Add(in, at))[:])
				if u > uint64(size-at-8) {
					return -1
				}
				length = int(u)
			}
			switch s.count {
			case 4:
				*(*[8]byte)(unsafe.Add(base, s.words[3].off)) = *(*[8]byte)(unsafe.Add(in, i+int(s.words[3].pos)))
				fallthrough
			case 3:
				*(*[8]byte)(unsafe.Add(base, s.words[2].off)) = *(*[8]byte)(unsafe.Add(in, i+int(s.words[2].pos)))
				fallthrough
			case 2:
				*(*[8]byte)(unsafe.Add(base, s.words[1].off)) = *(*[8]byte)(unsafe.Add(in, i+int(s.words[1].pos)))
				fallthrough
			case 1:
				*(*[8]byte)(unsafe.Add(base, s.words[0].off)) = *(*[8]byte)(unsafe.Add(in, i+int(s.words[0].pos)))
			}
			i = at
			if s.rest > 0 {
				switch to, from := unsafe.Add(base, s.from), unsafe.Add(in, i-int(s.rest)); s.rest {
				case 1:
					*(*byte)(to) = *(*byte)(from)
				case 2:
					*(*[2]byte)(to) = *(*[2]byte)(from)
				default:
					*(*[4]byte)(to) = *(*[4]byte)(from)
				}
			}
			for x := range s.bools {
				*(*byte)(unsafe.Add(base, s.bools[x].off)) &= 1 // memory of a bool must never hold anything else
			}
			if s.code > quickBytes {
				if s.code == quickEnd {
					break
				}
				if s.code == quickRun {
					if s.run > size-i {
						return -1
					}
					i += copy(raw(unsafe.Add(base, s.off), s.run), raw(unsafe.Add(in, i), s.run))
				}
				continue
			}
			i += 8
			if lent && length > 0 {
				// A string is the start of a slice.
				h := (*stringHeader)(unsafe.Add(base, s.off))
				h.data, h.len = unsafe.Add(in, i), length
				if s.code == quickBytes {
					(*sliceHeader)(ptr(h)).cap = length
				}
				i += length
				continue
			}
			if s.code == quickText {
				*(*string)(unsafe.Add(base, s.off)) = keep.text(src[i:i+length], false)
			} else {
				b := (*[]byte)(unsafe.Add(base, s.off))
				*b = bytesFor(*b, src[i:i+length:i+length], lent, fresh)
			}
			i += length
		}
		if n--; n <= 0 {
			return i
		}
		base = unsafe.Add(base, p.size)
	}
}

// next is the step behind s.
func (s *quickStep) next() *quickStep { return (*quickStep)(unsafe.Add(ptr(s), unsafe.Sizeof(*s))) }

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
