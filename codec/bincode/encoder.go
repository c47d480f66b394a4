package bincode

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"net/netip"
	"unicode/utf8"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// encoder runs programs from memory to bytes, in two passes where none of the fast paths (fast, bulk, one pass) gets
// through: size finds the exact number of bytes and every fault but bad UTF-8, put fills a buffer of that size. So a
// failed call has written nothing that counts, and the buffer grows at most once.
//
// The buffer is indexed with bounds checks: a value that another goroutine changes between the passes, which
// is a race of the caller, ends in a panic and never in a write outside the buffer.
type encoder struct {
	*config
	err    *Error
	failed int // index of the element that failed, for the caller's path
	depth  int // levels left
	parts  [][]byte
	hooked [][]byte // what types with hooks but no size encoded in the size pass
}

func newEncoder(c *config, depth int) encoder { return encoder{config: c, depth: depth} }

// fail records the first fault.
func (e *encoder) fail(class Class, format string, args ...any) {
	e.failWith(class, nil, format, args...)
}

func (e *encoder) failWith(class Class, cause error, format string, args ...any) {
	if e.err == nil {
		e.err = &Error{Op: "encode", Offset: -1, Class: class, Detail: fmt.Sprintf(format, args...), Err: cause}
	}
}

// enter goes one level deeper; leaving is depth++.
func (e *encoder) enter() bool {
	if e.depth <= 0 {
		e.fail(ErrDepth, "got more, allowed %d levels", e.config.depth)
		return false
	}
	e.depth--
	return true
}

// put writes the n values at base to buf from position i and returns the position after them. After a
// fault it returns a negative number and e.err is set.
func (e *encoder) put(p *program, base ptr, n int, buf []byte, i int) int {
	if p.simple && n > 0 {
		if out, _ := p.appendFast(buf[:i:len(buf)], base, n, nil); out != nil {
			return len(out)
		}
	}
	if p.onePass && e.depth > 0 {
		if out := p.appendOnePass(e.config, buf[:i], base, n); out != nil {
			return len(out)
		}
	}
	for k := range n {
		base := add(base, uintptr(k)*p.size)
		for j := range p.steps {
			if i = e.putStep(&p.steps[j], base, buf, i); i < 0 {
				e.err.Field(p.steps[j].name)
				e.failed = k
				return -1
			}
		}
	}
	return i
}

// putStep writes one step of the value at base.
func (e *encoder) putStep(s *step, base ptr, buf []byte, i int) int {
	if s.wire > 0 {
		e.putMoves(s, base, buf[i:i+s.wire])
		i += s.wire
	}
	switch from := add(base, s.off); s.code {
	case opNone, opValidate:
		return i
	case opUnsigned:
		return e.putUint(buf, i, unsignedAt(from, s.n), 8)
	case opText:
		return e.putText(*stringAt(from), buf, i)
	case opBytes:
		return e.putBytes(bytesAt(from), buf, i)
	default:
		return e.putOther(s, from, buf, i)
	}
}

// putMoves fills the fixed part of a step.
func (c *config) putMoves(s *step, base ptr, buf []byte) {
	if c.swap {
		for j := range s.moves {
			m := &s.moves[j]
			swapBytes(buf[m.pos:m.pos+m.n], raw(add(base, m.off), m.n), m.unit)
		}
		return
	}
	putNative(s, base, buf)
}

// putNative fills the fixed part of a step whose memory and wire are alike.
func putNative(s *step, base ptr, buf []byte) {
	for j := range s.moves {
		m := &s.moves[j]
		switch from, to := add(base, m.off), buf[m.pos:m.pos+m.n]; m.n {
		case 8:
			*(*[8]byte)(to) = *at[[8]byte](from)
		case 4:
			*(*[4]byte)(to) = *at[[4]byte](from)
		case 2:
			*(*[2]byte)(to) = *at[[2]byte](from)
		case 1:
			to[0] = *at[byte](from)
		default:
			copy(to, raw(from, m.n))
		}
	}
}

// putLen writes a length.
func (e *encoder) putLen(n int, buf []byte, i int) int {
	if e.varint {
		return e.putVarint(buf, i, uint64(n))
	}
	if e.big {
		binary.BigEndian.PutUint64(buf[i:], uint64(n))
	} else {
		binary.LittleEndian.PutUint64(buf[i:], uint64(n))
	}
	return i + 8
}

func (e *encoder) putText(s string, buf []byte, i int) int {
	i = e.putLen(len(s), buf, i)
	if copy(buf[i:i+len(s)], s); !wire.ValidText(buf[i : i+len(s)]) {
		e.fail(ErrUTF8, "got a string of %d bytes that is not UTF-8", len(s))
		return -1
	}
	return i + len(s)
}

func (e *encoder) putBytes(b, buf []byte, i int) int {
	i = e.putLen(len(b), buf, i)
	return i + copy(buf[i:i+len(b)], b)
}

// putOther is put for the operations that are not worth a case in the loop.
func (e *encoder) putOther(s *step, p ptr, buf []byte, i int) int {
	switch s.code {
	case opPart:
		e.parts = append(e.parts, bytesAt(p))
		return i
	case opPlain:
		return e.putPlain(s.elem, *sliceAt(p), buf, i)
	case opSlice:
		h := sliceAt(p)
		return e.putElems(s.elem, h.data, h.len, buf, e.putLen(h.len, buf, i))
	case opArray:
		return e.putElems(s.elem, p, s.n, buf, i)
	case opPointer:
		return e.putOption(s.elem, *at[ptr](p), buf, i)
	case opBox:
		return e.putOne(s.elem, *at[ptr](p), buf, i)
	case opOption:
		if !*at[bool](add(p, uintptr(s.n))) {
			p = nil
		}
		return e.putOption(s.elem, p, buf, i)
	case opResult, opUnionStruct, opUnionInterface:
		v, q := e.variant(s, p)
		if e.err != nil {
			return -1
		}
		return e.putOne(v.program, q, buf, e.putUint(buf, i, uint64(v.tag), 4))
	case opEnum:
		return e.putUint(buf, i, e.enumValue(s, p), 4)
	case opMap:
		return e.putMap(s, p, buf, i)
	case opChar:
		return i + utf8.EncodeRune(buf[i:], rune(*at[Char](p)))
	case opSigned:
		v := uint64(signedAt(p, s.n))
		if e.varint {
			v = zigzag(int64(v))
		}
		return e.putUint(buf, i, v, 8)
	case opWide:
		return e.putWide(wideAt(p, s.n == 1), s.n == 1, buf, i)
	case opBig:
		return e.putBig(at[big.Int](p), s.n == 1, buf, i)
	case opBigPointer:
		return e.putBig(*at[*big.Int](p), s.n == 1, buf, i)
	case opGoDuration, opDuration, opTime:
		secs, nanos := e.timeAt(s, p)
		return e.putUint(buf, e.putUint(buf, i, secs, 8), uint64(nanos), 4)
	case opAddr, opAddr4, opAddr6:
		return e.putAddr(s.code, *at[netip.Addr](p), buf, i)
	case opAddrPort, opAddrPort4, opAddrPort6:
		return e.putAddrPort(s.code, *at[netip.AddrPort](p), buf, i)
	case opNonZero:
		return e.put(s.elem, p, 1, buf, i)
	default:
		return e.putHook(s.hook, p, buf, i)
	}
}

// putElems is put one level deeper, for elements that errors name by index.
func (e *encoder) putElems(p *program, base ptr, n int, buf []byte, i int) int {
	if i = e.put(p, base, n, buf, i); i < 0 {
		e.err.Index(e.failed)
	}
	return i
}

// putOne is put one level deeper. The size pass has checked the depth.
func (e *encoder) putOne(p *program, q ptr, buf []byte, i int) int {
	return e.put(p, q, 1, buf, i)
}

// putOption writes the tag and, unless q is nil, the value at q.
func (e *encoder) putOption(p *program, q ptr, buf []byte, i int) int {
	if q == nil {
		buf[i] = 0
		return i + 1
	}
	buf[i] = 1
	return e.putOne(p, q, buf, i+1)
}

// putPlain writes a slice whose memory is its wire image.
func (e *encoder) putPlain(p *program, h sliceHeader, buf []byte, i int) int {
	i = e.putLen(h.len, buf, i)
	n := h.len * int(p.size)
	if e.swap {
		swapBytes(buf[i:i+n], raw(h.data, n), p.plain)
	} else {
		copy(buf[i:i+n], raw(h.data, n))
	}
	return i + n
}
