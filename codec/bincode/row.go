package bincode

import "slices"

// A row is a slice whose elements have the same memory and wire, outside anything else: its short road is one
// copy in either direction.

// appendRow encodes the slice at base behind dst.
func (p *program) appendRow(dst []byte, base ptr) ([]byte, bool) {
	h := *sliceAt(base)
	n := h.len * int(p.steps[0].elem.size)
	out := slices.Grow(dst, 8+n)[:len(dst)+8+n]
	storeWord(bufferOf(out[len(dst):]), uint64(h.len))
	copy(out[len(dst)+8:], raw(h.data, n))
	return out, true
}

// decodeRow decodes the slice at the start of src to base, into the memory it has if that suffices.
func (p *program) decodeRow(src []byte, base ptr, whole bool) (int, bool) {
	if len(src) < 8 {
		return 0, false
	}
	u, size := loadWord(bufferOf(src)), int(p.steps[0].elem.size)
	if u > uint64((len(src)-8)/size) {
		return 0, false
	}
	n := int(u)
	if whole && 8+n*size < len(src) {
		return 0, false
	}
	to := sliceAt(base)
	if n > to.cap {
		*to = sliceHeader{wordsOf(n * size), n, n}
	}
	to.len = n
	copy(raw(to.data, n*size), src[8:])
	return 8 + n*size, true
}
