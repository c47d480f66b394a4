package bincode

import "math"

// Elements without wire bytes cost time and memory that no input pays for: units, structs of skipped fields, and
// what a type's own code (a hook) makes of nothing. maxEmpty bounds all of those in one message together, or else
// slices of slices of them would make gigabytes of kilobytes.

// elems is what a bound has to know of the elements of a slice, or of the entries of a map.
type elems struct {
	min   int  // least wire bytes of one
	size  int  // bytes of one in memory
	hooks bool // it runs a type's own code, which may read more than min
}

func (p *program) elems() elems { return elems{p.min, int(p.size), p.hooks} }

func (m *mapping) elems() elems {
	return elems{m.key.min + m.val.min, int(m.key.size + m.val.size), m.key.hooks || m.val.hooks}
}

// boundElems refuses n elements at i that no host could address, or that are too many without bytes. Those with
// hooks may have bytes, as long as there are any.
func (d *decoder) boundElems(x elems, n, i int) bool {
	switch {
	case x.size > 0 && n > math.MaxInt/x.size:
		d.fail(i, ErrLimit, "got %d elements of %d bytes in memory, allowed %d bytes", n, x.size, math.MaxInt)
		return false
	case x.min > 0:
		return true
	case x.hooks:
		n -= len(d.src) - i
	}
	return d.chargeEmpty(x, n, i)
}

// boundIdle charges for those of n elements with hooks, at start to end, that cannot have had a byte each, beyond
// those that boundElems has charged for. It fails where end says that they failed.
func (d *decoder) boundIdle(x elems, n, start, end int) bool {
	if x.min > 0 || !x.hooks || end < 0 {
		return end >= 0
	}
	charged := max(n-(len(d.src)-start), 0)
	return d.chargeEmpty(x, n-(end-start)-charged, start)
}

// chargeEmpty counts n elements without bytes.
func (d *decoder) chargeEmpty(x elems, n, i int) bool {
	each := max(x.size, 1)
	if n > 0 && n > (maxEmpty-d.empty)/each {
		d.fail(i, ErrLimit, "got %d elements without bytes and of %d bytes in memory, allowed %d of either in all", n, x.size, maxEmpty)
		return false
	}
	d.empty += max(n, 0) * each
	return true
}
