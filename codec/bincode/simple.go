package bincode

import (
	"slices"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// The short road: a value of a simple program, or a row, outside any other. It needs no encoder or decoder and builds no
// errors. Where anything is amiss it gives up, and the long road finds out what.

// appendSimple encodes the value at base behind dst.
func (p *program) appendSimple(dst []byte, base ptr) ([]byte, bool) {
	if p.row {
		return p.appendRow(dst, base)
	}
	n := p.base
	for _, off := range p.lens {
		n += *at[int](add(base, off))
	}
	if cap(dst)-len(dst) < n {
		dst = slices.Grow(dst, n)
	}
	out := dst[:len(dst)+n]
	i, j := len(dst), 0
	for j < len(p.steps) {
		s := &p.steps[j]
		if s.code != opBytes { // those are rarely short
			at, done, next := putLeaf(p, base, 1, j, bufferOf(out), i, len(out))
			if i, j = at, next; done == 1 {
				break
			}
			s = &p.steps[j]
		}
		putNative(s, base, out[i:i+s.wire])
		i += s.wire
		j++
		if s.code == opNone {
			continue
		}
		b := textAt(add(base, s.off))
		if len(out)-i < 8 || len(out)-i-8 < len(b) {
			return nil, false
		}
		storeWord(add(bufferOf(out), uintptr(i)), uint64(len(b)))
		i += 8 + copy(out[i+8:], b)
		if s.code == opText && !wire.ValidText(b) {
			return nil, false
		}
	}
	return out, i == len(out)
}

// decodeSimple decodes the value at the start of src to base, and returns the bytes it took. With whole it gives
// up where bytes follow.
func (p *program) decodeSimple(src []byte, base ptr, borrow, whole bool) (int, bool) {
	if p.row {
		return p.decodeRow(src, base, whole)
	}
	i, text := 0, 0
	for j := 0; ; j++ {
		at, done, n := checkLeaf(p.steps[j:], bufferOf(src), i, len(src))
		i, text = at, text+n
		if j += done; j == len(p.steps) {
			break
		}
		// Here only a long text can be good.
		s := &p.steps[j]
		if i += s.wire; s.code != opText || s.bools != nil || len(src)-i < 8 {
			return 0, false
		}
		u := loadWord(add(bufferOf(src), uintptr(i)))
		if i += 8; u > uint64(len(src)-i) || !wire.ValidText(src[i:i+int(u)]) {
			return 0, false
		}
		if i += int(u); u <= shortText {
			text += int(u)
		}
	}
	if whole && i < len(src) {
		return 0, false
	}
	return p.storeSimple(src, base, borrow, text)
}

// storeSimple stores what decodeSimple has found good. It judges lengths again, for the source may be memory
// that a peer writes to.
func (p *program) storeSimple(src []byte, base ptr, borrow bool, text int) (int, bool) {
	keep := arena{left: text}
	i := 0
	for j := 0; j < len(p.steps); j++ {
		if borrow {
			at, done := borrowLeaf(p.steps[j:], base, bufferOf(src), i, len(src))
			i = at
			if j += done; j == len(p.steps) {
				break
			}
		}
		s := &p.steps[j]
		if len(src)-i < s.wire {
			return 0, false
		}
		getNative(s, base, src[i:i+s.wire])
		i += s.wire
		if s.code == opNone {
			continue
		}
		if len(src)-i < 8 {
			return 0, false
		}
		u := loadWord(add(bufferOf(src), uintptr(i)))
		if i += 8; u > uint64(len(src)-i) {
			return 0, false
		}
		b := src[i : i+int(u) : i+int(u)]
		if to := add(base, s.off); s.code == opText {
			*stringAt(to) = keep.text(b, borrow)
		} else {
			*at[[]byte](to) = bytesFor(*at[[]byte](to), b, borrow, false)
		}
		i += int(u)
	}
	return i, true
}
