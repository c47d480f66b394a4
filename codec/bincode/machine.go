package bincode

// machine is a program with its configuration.
type machine struct {
	config  *config
	program *program
}

// size returns the wire bytes of the value at v.
func (m *machine) size(v ptr) (int, error) {
	if v == nil {
		return 0, nilError(m.program.typ, "encode")
	}
	e := newEncoder(m.config, m.config.depth)
	return e.measure(m.program, v, m.program.typ)
}

// append encodes the value at v behind dst. Without a machine it returns nil.
func (m *machine) append(dst []byte, v ptr) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	if v == nil {
		return dst, nilError(m.program.typ, "encode")
	}
	if m.program.bulk != nil && !m.config.limited {
		if out := m.program.appendBulk(dst, v); out != nil {
			return out, nil
		}
	}
	if m.program.onePass && !m.config.limited {
		if out := m.program.appendOnePass(m.config, dst, v, 1); out != nil {
			return out, nil
		}
	}
	e := newEncoder(m.config, m.config.depth)
	return e.append(dst, m.program, v, m.program.typ)
}

// decodeFast is decode for a simple program without a limit.
func (m *machine) decodeFast(src []byte, v ptr, borrow bool) error {
	if v != nil && m.program.decodeSimple(src, v, borrow, m.config.reject) >= 0 {
		return nil
	}
	return m.decode(src, v, borrow)
}

// decode stores the value that is src to v.
func (m *machine) decode(src []byte, v ptr, borrow bool) error {
	if v == nil {
		return nilError(m.program.typ, "decode")
	}
	if m.program.bulk != nil && !m.config.limited && m.program.decodeBulk(src, v, m.config.reject) >= 0 {
		return nil
	}
	d := newDecoder(m.config, m.config.depth, src)
	d.borrow, d.trailing = borrow, m.config.reject
	_, err := d.run(m.program, v, m.program.typ)
	return err
}
