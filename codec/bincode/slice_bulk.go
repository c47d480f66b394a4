package bincode

import "encoding/binary"

// A bulk slice is one whose elements are simple, outside anything else. It is encoded without a look at its size, and
// where memory and wire of its elements are the same it is one copy in either direction.

// bulkOf gives the program of the elements if p is that of such a slice.
func (p *program) bulkOf(c *config) *program {
	if !c.native || c.depth < 1 || len(p.steps) != 1 || p.steps[0].wire > 0 {
		return nil
	}
	if s := &p.steps[0]; (s.code == opPlain || s.code == opSlice) && s.elem.simple {
		return s.elem
	}
	return nil
}

// appendBulk encodes the slice at base behind dst. It returns nil where there is no room, or anything else amiss.
func (p *program) appendBulk(dst []byte, base ptr) []byte {
	h := *sliceAt(base)
	if cap(dst)-len(dst) < 8 {
		return nil
	}
	dst = binary.NativeEndian.AppendUint64(dst, uint64(h.len))
	switch n := h.len * int(p.bulk.size); {
	case h.len == 0:
		return dst
	case p.bulk.plain == 0:
		out, _ := p.bulk.appendFast(dst, h.data, h.len, nil)
		return out
	case n > cap(dst)-len(dst):
		return nil
	default:
		return append(dst, raw(h.data, n)...)
	}
}

// decodeBulk decodes the slice at the start of src to base, into the memory it has if that suffices. It returns the
// bytes it took, or a negative number where more than a copy is to do or anything is amiss.
func (p *program) decodeBulk(src []byte, base ptr, whole bool) int {
	size := int(p.bulk.size)
	if len(src) < 8 || p.bulk.plain == 0 {
		return -1
	}
	u := binary.NativeEndian.Uint64(src)
	if u > uint64((len(src)-8)/size) {
		return -1
	}
	n := int(u)
	if whole && 8+n*size < len(src) {
		return -1
	}
	to := sliceAt(base)
	if n > to.cap {
		*to = sliceHeader{wordsOf(n * size), n, n}
	}
	to.len = n
	copy(raw(to.data, n*size), src[8:])
	return 8 + n*size
}
