package bincode

import "math"

// startLimit sets up the two ways of counting: the bytes of the wire (bincode 1 counts those, but no
// char) and the in-memory widths (bincode 2). Compat1 and Compat2 keep one of them.
func (d *decoder) startLimit() {
	d.counting = true
	d.wire, d.memory = d.limit, d.limit
	switch d.compat {
	case 1:
		d.memory = math.MaxUint64
	case 2:
		d.wire = math.MaxUint64
	}
}

// charge counts wire bytes and memory bytes before they are read at i.
func (d *decoder) charge(i, wire, memory int) bool {
	if uint64(wire) > d.wire || uint64(memory) > d.memory {
		d.overLimit(i)
		return false
	}
	d.wire -= uint64(wire)
	d.memory -= uint64(memory)
	return true
}

func (d *decoder) overLimit(i int) int {
	return d.fail(i, ErrLimit, "got more, allowed %d bytes", d.limit)
}

// charBytes is how much of a char's width counts as wire bytes.
func (d *decoder) charBytes(width int) int {
	if d.compat == 1 {
		return 0
	}
	return width
}

// chargeMany counts the memory of u elements before the first is read; release gives one back before it is
// read and counts for itself.
func (d *decoder) chargeMany(i int, u uint64, memory int) bool {
	if d.compat == 1 {
		return true
	}
	if memory > 0 && u > d.memory/uint64(memory) {
		d.overLimit(i)
		return false
	}
	d.memory -= u * uint64(memory)
	return true
}

func (d *decoder) release(memory int) {
	if d.compat != 1 {
		d.memory += uint64(memory)
	}
}

// firstFault decides, for u elements of at least least bytes that cannot all be there, whether reading them
// one by one would meet the limit before the end of the input.
func (d *decoder) firstFault(i int, u uint64, least int) bool {
	if least == 0 {
		return true
	}
	there, allowed := uint64(len(d.src)-i)/uint64(least), d.wire/uint64(least)
	if u > there && allowed <= there {
		d.overLimit(i)
		return false
	}
	return true
}
