package bincode

import "github.com/shmring/ipc/codec/bincode/wire"

// Where the wire differs from memory (integers of variable width, or in the other byte order) values of nothing but
// fixed fields, integers, texts and byte slices, and slices of those, are encoded in one pass, without a look at their
// size: it compares with the end before every store. It builds no errors but gives up, and the two passes find out why.

// isOnePass reports whether the program can be encoded in one pass. Slices are one level, and may hold none.
func (p *program) isOnePass(c *config) bool {
	if c.native {
		return false
	}
	for i := range p.steps {
		switch s := &p.steps[i]; s.code {
		case opNone, opUnsigned, opSigned, opText, opBytes:
		case opSlice:
			if !s.elem.onePass || s.elem.slices() {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// slices reports whether a value of the program holds slices of values.
func (p *program) slices() bool {
	for i := range p.steps {
		if p.steps[i].code == opSlice {
			return true
		}
	}
	return false
}

// appendOnePass encodes the n values at base behind dst, or returns nil where there is no room or anything amiss.
func (p *program) appendOnePass(c *config, dst []byte, base ptr, n int) []byte {
	buf, i := dst[:cap(dst)], len(dst)
	for ; n > 0; n-- {
		for j := range p.steps {
			s := &p.steps[j]
			if s.wire > len(buf)-i {
				return nil
			}
			if s.wire > 0 {
				c.putMoves(s, base, buf[i:i+s.wire])
				i += s.wire
			}
			var v uint64
			from := add(base, s.off)
			switch s.code {
			case opNone:
				continue
			case opUnsigned:
				v = unsignedAt(from, s.n)
			case opSigned:
				if v = uint64(signedAt(from, s.n)); c.varint {
					v = zigzag(int64(v))
				}
			default: // texts and slices all have their length behind their address
				v = uint64(len(*stringAt(from)))
			}
			if c.varint && v <= maxByte && i < len(buf) {
				buf[i] = byte(v)
				i++
			} else if len(buf)-i < c.uintSize(v) {
				return nil
			} else {
				i = c.putUint(buf, i, v, 8)
			}
			switch s.code {
			case opText:
				text := *stringAt(from)
				if len(text) > len(buf)-i || copy(buf[i:], text) > 0 && !wire.ValidText(buf[i:i+len(text)]) {
					return nil
				}
				i += len(text)
			case opBytes:
				b := bytesAt(from)
				if len(b) > len(buf)-i {
					return nil
				}
				i += copy(buf[i:], b)
			case opSlice:
				h := sliceAt(from)
				out := s.elem.appendOnePass(c, buf[:i], h.data, h.len)
				if out == nil {
					return nil
				}
				i = len(out)
			}
		}
		if n > 1 {
			base = add(base, p.size)
		}
	}
	return buf[:i]
}

// uintSize is the number of bytes of an integer of 64 bits.
func (c *config) uintSize(v uint64) int {
	if c.varint {
		return varintSize(v)
	}
	return 8
}
