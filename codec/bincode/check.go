package bincode

import (
	"github.com/shmring/ipc/codec/bincode/wire"
)

// check walks n values from position i of the source and returns the position after them, or a negative
// number with d.err set. It stores nothing.
func (d *decoder) check(p *program, n int, i int) int {
	if d.counting {
		return d.checkCounted(p, n, i)
	}
	if len(p.steps) == 0 {
		return i
	}
	if p.plain > 0 {
		if left := len(d.src) - i; n > 0 && p.min > left/n {
			d.failed = left / p.min
			return d.eof(i+d.failed*p.min, p.min)
		}
		return i + n*p.min
	}
	if p.simple && n > 0 {
		if next, text := p.checkFast(n, d.src, i); next >= 0 {
			d.arena.left += text
			return next
		}
	}
	for k := 0; k < n; k++ {
		for j := 0; j < len(p.steps); j++ {
			s := &p.steps[j]
			if s.wire > 0 {
				if len(d.src)-i < s.wire {
					d.failed = k
					return d.shortFixed(s, i)
				}
				if s.bools != nil && !d.checkBools(s, i) {
					d.failed = k
					return -1
				}
				i += s.wire
			}
			switch s.code {
			case opNone, opValidate:
			case opText:
				i = d.checkText(i)
			case opUnsigned:
				if d.varint && i < len(d.src) && d.src[i] <= maxByte {
					i++
				} else {
					i = d.checkUnsigned(s, i)
				}
			default:
				i = d.checkOther(s, i)
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

// shortFixed names the field of a fixed part that the input ends in. A bool before it is judged first.
func (d *decoder) shortFixed(s *step, i int) int {
	have := len(d.src) - i
	for _, f := range s.names {
		if f.pos+f.n > have {
			d.eof(i+f.pos, f.n)
			d.err.Field(f.name)
			return -1
		}
		if s.boolAt(f.pos) && !d.checkBool(s, i, f.pos, f.n) {
			return -1
		}
	}
	return -1
}

func (s *step) boolAt(pos int) bool {
	for _, m := range s.bools {
		if m.pos == pos {
			return true
		}
	}
	return false
}

func (d *decoder) checkBools(s *step, i int) bool {
	for j := range s.bools {
		if m := &s.bools[j]; m.n == 1 && d.src[i+m.pos] <= 1 {
			continue
		} else if !d.checkBool(s, i, m.pos, m.n) {
			return false
		}
	}
	return true
}

func (d *decoder) checkBool(s *step, i, pos, n int) bool {
	for x := range n {
		if b := d.src[i+pos+x]; b > 1 {
			d.fail(i+pos+x, ErrBool, "got %d, allowed 0 or 1", b)
			if n > 1 {
				d.err.Index(x)
			}
			d.err.Field(s.nameAt(pos))
			return false
		}
	}
	return true
}

// checkText judges a string.
func (d *decoder) checkText(i int) int {
	n, at := d.readLen(i, 1)
	if at < 0 {
		return -1
	}
	return d.judgeText(at, n)
}

// judgeText judges the n bytes of a string at i.
func (d *decoder) judgeText(at, n int) int {
	if !wire.ValidText(d.src[at : at+n]) {
		return d.fail(at, ErrUTF8, "got %d bytes that are not UTF-8", n)
	}
	if n <= shortText {
		d.arena.left += n
	}
	return at + n
}

// checkOther is check for the operations that are not worth a case in the loop.
func (d *decoder) checkOther(s *step, i int) int {
	switch s.code {
	case opBytes:
		n, i := d.readLen(i, 1)
		if i < 0 {
			return i
		}
		return i + n
	case opPart:
		return d.checkPart(i)
	case opPlain, opSlice:
		n, i := d.readLen(i, s.elem.min)
		if i < 0 || !d.boundElems(s.elem.elems(), n, i) {
			return -1
		}
		end := d.checkElems(s.elem, n, i)
		if !d.boundIdle(s.elem.elems(), n, i, end) {
			return -1
		}
		return end
	case opArray:
		return d.checkElems(s.elem, s.n, i)
	case opPointer, opOption:
		some, i := d.readOption(i)
		if i < 0 || !some {
			return i
		}
		return d.checkOne(s.elem, i)
	case opBox:
		return d.checkOne(s.elem, i)
	case opResult, opUnionStruct, opUnionInterface:
		tag, i := d.readTag(i, s.n)
		if i < 0 {
			return i
		}
		return d.checkOne(s.union.variants[tag].program, i)
	case opEnum:
		_, i = d.readTag(i, s.n)
		return i
	case opMap:
		return d.checkMap(s.mapping, i)
	case opChar:
		_, i = d.readChar(i)
		return i
	case opSigned:
		return d.checkSigned(s, i)
	case opWide:
		_, i = d.readWide(i, s.n == 1)
		return i
	case opBig, opBigPointer:
		_, i = d.readWide(i, s.n == 1)
		return i
	case opGoDuration, opDuration, opTime:
		_, _, i = d.readTime(s.code, i)
		return i
	case opAddr, opAddr4, opAddr6:
		_, i = d.readAddr(s.code, i)
		return i
	case opAddrPort, opAddrPort4, opAddrPort6:
		_, i = d.readAddrPort(s.code, i)
		return i
	case opNonZero:
		return d.checkNonZero(s.elem, i)
	default:
		return d.checkHook(s.hook, i)
	}
}

// checkElems is check one level deeper, for elements that errors name by index.
func (d *decoder) checkElems(p *program, n, i int) int {
	if !d.enter(i) {
		return -1
	}
	if i = d.check(p, n, i); i < 0 {
		d.err.Index(d.failed)
	}
	d.depth++
	return i
}

// checkOne is check one level deeper.
func (d *decoder) checkOne(p *program, i int) int {
	if !d.enter(i) {
		return -1
	}
	i = d.check(p, 1, i)
	d.depth++
	return i
}
