package bincode

import (
	"encoding/binary"
	"unsafe"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// Three loops run the fast form of a program: one here and two in quick_decode_unsafe.go. They compare with the
// end once for each fixed part and once for each text, and move short texts by words: so on their usual way
// they call nothing, and the compiler keeps everything in registers. They build no errors. Where anything is
// amiss they give up, and the steps of the program find out what it is.
//
// SAFETY, for all of them: words, rests and operations are fields of the value at base, as compiled, and the
// wire is touched only after a comparison with its end. What is behind the end of either is never pointed
// to. Arrays of bytes have no alignment. A step is followed by another until one is quickEnd.

// leafText is the longest text, in bytes, that words move.
const leafText = 32

// appendFast encodes the n values at base, n ≥ 1, behind dst. Where anything is amiss, and that includes room,
// it leaves all of it to long.
//
// SAFETY: offsets from base are the compiled ones of the value's own fields, or in the first step of p.chained of the
// value before it; offsets below out end at s.wire or at a text's length, each compared with size first.
func (p *program) appendFast(dst []byte, base ptr, n int, long *machine) ([]byte, error) {
	out, i, size, first := bufferOf(dst), len(dst), cap(dst), base
	if base == nil {
		return long.append(dst, base)
	}
	s := &p.fast[0]
	for s.wire <= size-i {
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
		if s.rest > 0 {
			switch to, from := unsafe.Add(out, i+int(s.at)), unsafe.Add(base, int(s.from)); s.rest {
			case 1:
				*(*byte)(to) = *(*byte)(from)
			case 2:
				*(*[2]byte)(to) = *(*[2]byte)(from)
			default:
				*(*[4]byte)(to) = *(*[4]byte)(from)
			}
		}
		i += s.wire
		if s.code > fastBytes {
			if s.code == fastRun {
				if s.run > size-i {
					break
				}
				i += copy(raw(unsafe.Add(out, i), s.run), raw(unsafe.Add(base, s.off), s.run))
			} else if s.code == quickEnd {
				if n--; n <= 0 {
					return dst[:i], nil
				}
				s, base = &p.fast[0], unsafe.Add(base, p.size)
				continue
			}
			s = s.next()
			continue
		}
	operation:
		// Texts and byte slices both start with their address and their length.
		h := (*stringHeader)(unsafe.Add(base, s.off))
		from, length := h.data, h.len
		if length > size-i-8 {
			break
		}
		binary.NativeEndian.PutUint64((*[8]byte)(unsafe.Add(out, i))[:], uint64(length))
		i += 8
		seen := uint64(nonASCII)
		if length <= leafText {
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
				seen = 0
				for x := range length {
					b := *(*byte)(unsafe.Add(from, x))
					*(*byte)(unsafe.Add(out, i+x)) = b
					seen |= uint64(b)
				}
			}
		}
		if seen&nonASCII != 0 && (s.code != fastBytes || length > leafText) {
			if s.code == fastBytes {
				copy(raw(unsafe.Add(out, i), length), raw(from, length))
			} else if !putText(unsafe.Add(out, i), from, length) {
				break
			}
		}
		i += length
		switch s.then {
		case thenOperation:
			s = s.next()
			goto operation
		case thenChain:
			if n > 1 {
				n--
				s, base = &p.chained[0], unsafe.Add(base, p.size)
				continue
			}
		case thenEnd:
			if n--; n <= 0 {
				return dst[:i], nil
			}
			s, base = &p.fast[0], unsafe.Add(base, p.size)
			continue
		}
		s = s.next()
	}
	return long.append(dst, first)
}

// putText copies a text of n bytes, n ≥ 1, and reports whether it is UTF-8.
//
//go:noinline
func putText(to, from ptr, n int) bool {
	b := raw(from, n)
	copy(raw(to, n), b)
	return wire.ValidText(b)
}

// next is the step behind s.
//
// SAFETY: steps lie in one slice that ends with a quickEnd, and nobody asks for the step behind that.
func (s *fastStep) next() *fastStep { return (*fastStep)(unsafe.Add(ptr(s), unsafe.Sizeof(*s))) }

// stringHeader is the memory of a string, and the start of that of a slice.
type stringHeader struct {
	data ptr
	len  int
}

// nonASCII has the top bit of every byte.
const nonASCII = 0x8080808080808080
