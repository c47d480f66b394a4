package bincode

import (
	"fmt"
	"math/big"
	"net/netip"
)

// decoder runs programs from bytes to memory, in two passes: check walks the bytes, judges them and touches
// no memory; get stores. So a refused message leaves the caller's value as it was, nothing is allocated
// that the bytes do not fill, and memory that the value already owns can be reused.
//
// The source may be memory that a peer writes to between the passes. get therefore checks every length
// and tag again: such a peer can produce a wrong value or an error, never an access outside the source.
type decoder struct {
	*config
	src      []byte
	err      *Error
	failed   int // index of the element that failed, for the caller's path
	depth    int // levels left
	borrow   bool
	fresh    bool     // reuse no memory of the target: a Validate may still refuse
	trailing bool     // reject bytes after the value
	hooked   []hooked // what types with hooks decoded in check
	parts    [][]byte
	arena    arena  // of the strings that get copies
	empty    int    // what elements without bytes have cost: see maxEmpty
	counting bool   // against the limit: during check only
	wire     uint64 // bytes of the limit left as bincode 1 counts
	memory   uint64 // and as bincode 2 counts
}

func newDecoder(c *config, depth int, src []byte) decoder {
	d := decoder{config: c, src: src, depth: depth}
	if c.limited {
		d.startLimit()
	}
	return d
}

// fail records the first fault, at byte i, and returns the position that says so.
func (d *decoder) fail(i int, class Class, format string, args ...any) int {
	return d.failWith(i, class, nil, format, args...)
}

func (d *decoder) failWith(i int, class Class, cause error, format string, args ...any) int {
	if d.err == nil {
		d.err = &Error{Op: "decode", Offset: i, Class: class, Detail: fmt.Sprintf(format, args...), Err: cause}
	}
	return -1
}

// eof says that n bytes were needed at i.
func (d *decoder) eof(i, n int) int {
	return d.fail(i, ErrEOF, "need %d bytes, have %d", n, len(d.src)-i)
}

// enter goes one level deeper; leaving is depth++.
func (d *decoder) enter(i int) bool {
	if d.depth <= 0 {
		d.fail(i, ErrDepth, "got more, allowed %d levels", d.config.depth)
		return false
	}
	d.depth--
	return true
}

// get stores n values to base from position i of the source and returns the position after them, or a
// negative number with d.err set.
func (d *decoder) get(p *program, base ptr, n int, i int) int {
	if len(p.steps) == 0 {
		return i
	}
	if p.simple && n > 0 {
		if next := p.getFast(base, n, d.src, i, &d.arena, d.borrow, d.fresh); next >= 0 {
			return next
		}
	}
	for k := 0; k < n; k++ {
		base := add(base, uintptr(k)*p.size)
		for j := 0; j < len(p.steps); j++ {
			s := &p.steps[j]
			if s.wire > 0 {
				if len(d.src)-i < s.wire {
					d.eof(i, s.wire)
					d.failed = k
					return -1
				}
				d.getMoves(s, base, d.src[i:i+s.wire])
				i += s.wire
			}
			switch at := add(base, s.off); s.code {
			case opNone:
			case opText:
				i = d.getText(stringAt(at), i)
			case opBytes:
				i = d.getBytes(bytesPtr(at), i)
			case opUnsigned:
				if d.varint && i < len(d.src) && d.src[i] <= maxByte {
					putUnsignedAt(at, s.n, uint64(d.src[i]))
					i++
				} else {
					i = d.getUnsigned(s, at, i)
				}
			default:
				i = d.getOther(s, at, i)
			}
			if i < 0 {
				d.err.Field(s.name)
				d.failed = k
				return -1
			}
		}
	}
	return i
}

// getMoves stores the fixed part of a step.
func (d *decoder) getMoves(s *step, base ptr, src []byte) {
	if d.swap {
		for j := range s.moves {
			m := &s.moves[j]
			swapBytes(raw(add(base, m.off), m.n), src[m.pos:m.pos+m.n], m.unit)
		}
		clampBools(s, base)
		return
	}
	getNative(s, base, src)
}

// getNative stores the fixed part of a step whose memory and wire are alike.
func getNative(s *step, base ptr, src []byte) {
	for j := range s.moves {
		m := &s.moves[j]
		switch to, from := add(base, m.off), src[m.pos:m.pos+m.n]; m.n {
		case 8:
			*at[[8]byte](to) = *(*[8]byte)(from)
		case 4:
			*at[[4]byte](to) = *(*[4]byte)(from)
		case 2:
			*at[[2]byte](to) = *(*[2]byte)(from)
		case 1:
			*at[byte](to) = from[0]
		default:
			copy(raw(to, m.n), from)
		}
	}
	clampBools(s, base)
}

// clampBools keeps memory of bools to 0 and 1, whatever the source has become since it was judged.
func clampBools(s *step, base ptr) {
	for j := range s.bools {
		m := &s.bools[j]
		b := raw(add(base, m.off), m.n)
		for x := range b {
			b[x] &= 1
		}
	}
}

// getOther is get for the operations that are not worth a case in the loop.
func (d *decoder) getOther(s *step, p ptr, i int) int {
	switch s.code {
	case opPart:
		return d.getPart(p, i)
	case opPlain:
		return d.getPlain(s.elem, sliceAt(p), i)
	case opSlice:
		return d.getSlice(s.elem, sliceAt(p), i)
	case opArray:
		return d.getElems(s.elem, p, s.n, i)
	case opPointer, opBox:
		return d.getPointer(s, p, i)
	case opOption:
		return d.getOption(s, p, i)
	case opResult, opUnionStruct, opUnionInterface:
		return d.getUnion(s, p, i)
	case opEnum:
		return d.getEnum(s, p, i)
	case opMap:
		return d.getMap(s, p, i)
	case opChar:
		c, i := d.readChar(i)
		*at[Char](p) = c
		return i
	case opSigned:
		v, i := d.readInt(i, d.intWidth(s))
		putSignedAt(p, s.n, v)
		return i
	case opWide:
		v, i := d.readWide(i, s.n == 1)
		*at[Uint128](p) = v
		return i
	case opBig:
		return d.getBig(at[big.Int](p), s.n == 1, i)
	case opBigPointer:
		*at[*big.Int](p) = new(big.Int)
		return d.getBig(*at[*big.Int](p), s.n == 1, i)
	case opGoDuration, opDuration, opTime:
		return d.getTime(s, p, i)
	case opAddr, opAddr4, opAddr6:
		a, i := d.readAddr(s.code, i)
		*at[netip.Addr](p) = a
		return i
	case opAddrPort, opAddrPort4, opAddrPort6:
		a, i := d.readAddrPort(s.code, i)
		*at[netip.AddrPort](p) = a
		return i
	case opNonZero:
		return d.get(s.elem, p, 1, i)
	case opValidate:
		return d.getValidate(s.hook, p, i)
	default:
		return d.getHook(s.hook, p, i)
	}
}
