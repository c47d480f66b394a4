package bincode

import (
	"encoding/binary"
	"unsafe"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// checkFast judges n values, n ≥ 1, on the wire src from position i on, and returns the position after them and
// how many bytes of short texts are in them.
//
// SAFETY: offsets below in end at s.wire or at a text's length, each compared with size first.
func (p *program) checkFast(n int, src []byte, i int) (next, text int) {
	in, size := bufferOf(src), len(src)
	for {
		for s := &p.fast[0]; ; s = s.next() {
			if s.wire > size-i {
				return -1, 0
			}
			for x := range s.bools {
				if *(*byte)(unsafe.Add(in, i+int(s.bools[x].pos))) > 1 {
					return -1, 0
				}
			}
			i += s.wire
			if s.code > fastBytes {
				if s.code == quickEnd {
					break
				}
				if s.code == fastRun {
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
			if s.code == fastBytes {
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

// getFast stores n values, n ≥ 1, on the wire src from position i on to base, judging every length again, and
// returns the position after them. Texts and byte slices alias the wire when it is lent.
func (p *program) getFast(base ptr, n int, src []byte, i int, keep *arena, lent, fresh bool) int {
	in, size := bufferOf(src), len(src)
	for {
		for s := &p.fast[0]; ; s = s.next() {
			at := i + s.wire // of the operation
			if at > size {
				return -1
			}
			length := 0
			if s.code <= fastBytes {
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
			if s.code > fastBytes {
				if s.code == quickEnd {
					break
				}
				if s.code == fastRun {
					if s.run > size-i {
						return -1
					}
					i += copy(raw(unsafe.Add(base, s.off), s.run), raw(unsafe.Add(in, i), s.run))
				}
				continue
			}
			i += 8
			if lent && length > 0 {
				// SAFETY: the bytes are there. A string is the start of a slice; its capacity ends with it.
				h := (*stringHeader)(unsafe.Add(base, s.off))
				h.data, h.len = unsafe.Add(in, i), length
				if s.code == fastBytes {
					(*sliceHeader)(ptr(h)).cap = length
				}
				i += length
				continue
			}
			if s.code == fastText {
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
