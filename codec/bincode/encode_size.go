package bincode

import (
	"math/big"
	"net/netip"
	"reflect"
	"unicode/utf8"
)

// size adds up the wire bytes of the n values at base. After a fault e.err is set and the sum is void.
func (e *encoder) size(p *program, base ptr, n int) int {
	total := n * p.base
	if p.flat {
		return total
	}
	if p.simple {
		for k := 0; k < n; k++ {
			base := add(base, uintptr(k)*p.size)
			for _, off := range p.lens {
				total += *at[int](add(base, off))
			}
		}
		return total
	}
	for k := 0; k < n; k++ {
		base := add(base, uintptr(k)*p.size)
		for i := range p.steps {
			s := &p.steps[i]
			switch at := add(base, s.off); s.code {
			case opNone, opValidate:
			case opText:
				total += e.textSize(len(*stringAt(at)))
			case opBytes:
				total += e.textSize(sliceAt(at).len)
			case opUnsigned:
				total += e.extra(unsignedAt(at, s.n))
			default:
				total += e.sizeOther(s, at)
				if e.err != nil {
					e.err.Field(s.name)
					e.failed = k
					return 0
				}
			}
		}
	}
	return total
}

// textSize is what n bytes add to the least size of their length.
func (e *encoder) textSize(n int) int {
	if e.varint {
		return varintSize(uint64(n)) - 1 + n
	}
	return n
}

// extra is what a length or tag adds to its least size.
func (e *encoder) extra(n uint64) int {
	if e.varint {
		return varintSize(n) - 1
	}
	return 0
}

// sizeOther is size for the operations that are not worth a case in the loop.
func (e *encoder) sizeOther(s *step, p ptr) int {
	switch s.code {
	case opPart:
		return 0
	case opPlain:
		n := sliceAt(p).len
		return e.extra(uint64(n)) + n*int(s.elem.size)
	case opSlice:
		h := sliceAt(p)
		return e.extra(uint64(h.len)) + e.sizeElems(s.elem, h.data, h.len)
	case opArray:
		return e.sizeElems(s.elem, p, s.n)
	case opPointer, opBox:
		return e.sizePointer(s, *at[ptr](p))
	case opOption:
		if !*at[bool](add(p, uintptr(s.n))) {
			return 0
		}
		return e.sizeOne(s.elem, p)
	case opResult, opUnionStruct, opUnionInterface:
		v, q := e.variant(s, p)
		if e.err != nil {
			return 0
		}
		return e.extra(uint64(v.tag)) + e.sizeOne(v.program, q)
	case opEnum:
		return e.extra(e.enumValue(s, p))
	case opMap:
		return e.sizeMap(s, p)
	case opChar:
		c := *at[Char](p)
		if !utf8.ValidRune(rune(c)) {
			e.badChar(c)
		}
		return utf8.RuneLen(rune(c)) - 1
	case opSigned:
		return e.extra(zigzag(signedAt(p, s.n)))
	case opWide:
		return e.wideSize(wideAt(p, s.n == 1), s.n == 1)
	case opBig:
		return e.sizeBig(at[big.Int](p), s.n == 1)
	case opBigPointer:
		return e.sizeBig(*at[*big.Int](p), s.n == 1)
	case opGoDuration, opDuration, opTime:
		secs, nanos := e.timeAt(s, p)
		return e.extra(secs) + e.extra(uint64(nanos))
	case opAddr, opAddr4, opAddr6:
		return e.sizeAddr(s.code, *at[netip.Addr](p))
	case opAddrPort, opAddrPort4, opAddrPort6:
		return e.sizeAddrPort(s.code, *at[netip.AddrPort](p))
	case opNonZero:
		if reflect.NewAt(s.elem.typ, p).Elem().IsZero() {
			e.fail(ErrNonZero, "got 0, allowed any other value")
			return 0
		}
		return e.size(s.elem, p, 1)
	default:
		return e.sizeHook(s.hook, p)
	}
}

// sizeElems is size one level deeper, for elements that errors name by index.
func (e *encoder) sizeElems(p *program, base ptr, n int) int {
	if !e.enter() {
		return 0
	}
	total := e.size(p, base, n)
	if e.err != nil {
		e.err.Index(e.failed)
	}
	e.depth++
	return total
}

// sizeOne is size one level deeper.
func (e *encoder) sizeOne(p *program, q ptr) int {
	if !e.enter() {
		return 0
	}
	total := e.size(p, q, 1)
	e.depth++
	return total
}

func (e *encoder) sizePointer(s *step, q ptr) int {
	if q == nil {
		if s.code == opBox {
			e.fail(ErrValue, "got a nil box, allowed a value")
		}
		return 0
	}
	return e.sizeOne(s.elem, q)
}
