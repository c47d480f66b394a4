package bincode

// unsignedAt reads the unsigned integer of n bytes at p, n one of 1, 2, 4, 8.
func unsignedAt(p ptr, n int) uint64 {
	switch n {
	case 1:
		return uint64(*at[uint8](p))
	case 2:
		return uint64(*at[uint16](p))
	case 4:
		return uint64(*at[uint32](p))
	}
	return *at[uint64](p)
}

// signedAt reads the signed integer of n bytes at p.
func signedAt(p ptr, n int) int64 {
	shift := 64 - 8*n
	return int64(unsignedAt(p, n)<<shift) >> shift
}

// putUnsignedAt stores the low n bytes of v at p.
func putUnsignedAt(p ptr, n int, v uint64) {
	switch n {
	case 1:
		*at[uint8](p) = uint8(v)
	case 2:
		*at[uint16](p) = uint16(v)
	case 4:
		*at[uint32](p) = uint32(v)
	default:
		*at[uint64](p) = v
	}
}

func putSignedAt(p ptr, n int, v int64) { putUnsignedAt(p, n, uint64(v)) }

// intWidth is the wire width of an integer step: its own, or 8 for int and uint.
func (d *decoder) intWidth(s *step) int {
	if s.width > 0 {
		return s.width
	}
	return s.n
}

// checkUnsigned judges an integer that is not a move.
func (d *decoder) checkUnsigned(s *step, i int) int {
	v, next := d.readUint(i, d.intWidth(s))
	if next >= 0 && s.n < 8 && v>>(8*s.n) != 0 {
		return d.fail(i, ErrIntRange, "got %d, allowed up to %d bits", v, 8*s.n)
	}
	return next
}

func (d *decoder) checkSigned(s *step, i int) int {
	v, next := d.readInt(i, d.intWidth(s))
	if shift := 64 - 8*s.n; next >= 0 && v<<shift>>shift != v {
		return d.fail(i, ErrIntRange, "got %d, allowed %d bits", v, 8*s.n)
	}
	return next
}

func (d *decoder) getUnsigned(s *step, p ptr, i int) int {
	v, i := d.readUint(i, d.intWidth(s))
	putUnsignedAt(p, s.n, v)
	return i
}
