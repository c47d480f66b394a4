package tagged

// number takes a coded integer apart, byte by byte. The zero value stands before the code.
type number struct {
	width, left int
	bits        uint64
	inside      bool
}

// feed takes one byte and reports whether n is complete.
func (m *number) feed(b byte) (n int64, done bool, err error) {
	if !m.inside {
		width, ok := integerWidth(Code(b))
		if !ok {
			return 0, false, detail(ErrCode, "%v, want an integer", Code(b))
		}
		if width == 0 {
			return shortInteger(Code(b)), true, nil
		}
		*m = number{width: width, left: width, inside: true}
		return 0, false, nil
	}
	m.bits = m.bits<<8 | uint64(b)
	if m.left--; m.left > 0 {
		return 0, false, nil
	}
	n = widen(m.bits, m.width)
	*m = number{}
	return n, true, nil
}
