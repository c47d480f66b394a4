package tagged

import (
	"encoding/binary"
	"math"
)

// sink is where an encoder writes: at the end of buf or, counting, nowhere. One code path serves both,
// so that Size cannot differ from what Append writes.
type sink struct {
	buf      []byte
	n        int
	counting bool
}

func (s *sink) code(c Code) {
	if s.counting {
		s.n++
		return
	}
	s.buf = append(s.buf, byte(c))
}

func (s *sink) raw(b []byte) {
	if s.counting {
		s.n += len(b)
		return
	}
	s.buf = append(s.buf, b...)
}

// key writes a size and the bytes of text: a string without its code.
func (s *sink) key(text string) {
	s.integer(int64(len(text)))
	if s.counting {
		s.n += len(text)
		return
	}
	s.buf = append(s.buf, text...)
}

func (s *sink) blob(c Code, b []byte) {
	s.code(c)
	s.integer(int64(len(b)))
	s.raw(b)
}

// integer writes a coded integer in its shortest form.
func (s *sink) integer(n int64) {
	if s.counting {
		s.n += integerSize(n)
		return
	}
	s.buf = appendInteger(s.buf, n)
}

func (s *sink) fixed32(c Code, bits uint32) {
	if s.counting {
		s.n += 5
		return
	}
	s.buf = binary.BigEndian.AppendUint32(append(s.buf, byte(c)), bits)
}

func (s *sink) fixed64(c Code, bits uint64) {
	if s.counting {
		s.n += 9
		return
	}
	s.buf = binary.BigEndian.AppendUint64(append(s.buf, byte(c)), bits)
}

// float64 writes f so that it comes back bit for bit.
func (s *sink) float64(f float64) {
	bits := math.Float64bits(f)
	switch bits {
	case math.Float64bits(math.NaN()):
		s.code(CodeNaN)
	case math.Float64bits(math.Inf(1)):
		s.code(CodePosInf)
	case math.Float64bits(math.Inf(-1)):
		s.code(CodeNegInf)
	case 1 << 63:
		s.code(CodeNegZero)
	default:
		s.fixed64(CodeFloat64, bits)
	}
}
