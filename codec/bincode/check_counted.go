package bincode

// checkCounted is check under a limit: field by field, as the reference counts.
func (d *decoder) checkCounted(p *program, n int, i int) int {
	for k := 0; k < n; k++ {
		for j := range p.steps {
			s := &p.steps[j]
			start := i
			for _, f := range s.names {
				if !d.charge(i, f.n, f.n) || !d.need(i, f.n) {
					d.err.Field(f.name)
					d.failed = k
					return -1
				}
				i += f.n
				if s.boolAt(f.pos) && !d.checkBool(s, start, f.pos, f.n) {
					d.failed = k
					return -1
				}
			}
			switch s.code {
			case opNone, opValidate:
			case opText, opBytes, opPlain, opSlice, opMap:
				i = d.countContainer(s, i)
			case opArray:
				i = d.countArray(s, i)
			case opUnsigned:
				i = d.checkUnsigned(s, i)
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

// countContainer is check for what starts with a length.
func (d *decoder) countContainer(s *step, i int) int {
	u, at := d.readCount(i)
	if at < 0 {
		return -1
	}
	least, memory := 1, 1
	switch s.code {
	case opPlain, opSlice:
		least, memory = s.elem.min, s.elem.memory
	case opMap:
		least = s.mapping.key.min + s.mapping.val.min
		memory = s.mapping.memory
	}
	if s.code == opText && u > d.wire {
		return d.overLimit(at)
	}
	if !d.chargeMany(at, u, memory) || !d.firstFault(at, u, least) {
		return -1
	}
	n, at := d.countedLen(i, at, u, least)
	switch {
	case at < 0:
		return -1
	case s.code == opText || s.code == opBytes:
		if uint64(n) > d.wire {
			return d.overLimit(at)
		}
		d.wire -= uint64(n)
		if s.code == opBytes {
			return at + n
		}
		return d.judgeText(at, n)
	case s.code == opMap:
		return d.checkEntries(s.mapping, n, at)
	case !d.boundElems(s.elem.elems(), n, at):
		return -1
	}
	end := d.countElems(s.elem, n, at)
	if !d.boundIdle(s.elem.elems(), n, at, end) {
		return -1
	}
	return end
}

// countArray is check for an array of elements with programs: bincode 2 claims all of it first.
func (d *decoder) countArray(s *step, i int) int {
	if !d.chargeMany(i, uint64(s.n), s.elem.memory) {
		return -1
	}
	return d.countElems(s.elem, s.n, i)
}

// countElems checks elements whose memory has been counted in advance.
func (d *decoder) countElems(p *program, n, i int) int {
	if !d.enter(i) {
		return -1
	}
	for k := range n {
		d.release(p.memory)
		if i = d.checkCounted(p, 1, i); i < 0 {
			d.err.Index(k)
			return -1
		}
	}
	d.depth++
	return i
}
