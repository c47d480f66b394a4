package bincode

import "reflect"

// getText stores a string: aliasing the source, or copied.
func (d *decoder) getText(to *string, i int) int {
	n, i := d.readLen(i, 1)
	if i >= 0 {
		*to = d.arena.text(d.src[i:i+n:i+n], d.borrow)
		i += n
	}
	return i
}

// getBytes stores a slice of single bytes: aliasing the source, or copied.
func (d *decoder) getBytes(to *[]byte, i int) int {
	n, i := d.readLen(i, 1)
	if i >= 0 {
		*to = bytesFor(*to, d.src[i:i+n:i+n], d.borrow, d.fresh)
		i += n
	}
	return i
}

// getPlain stores a slice whose memory is its wire image.
func (d *decoder) getPlain(p *program, to *sliceHeader, i int) int {
	n, i := d.readLen(i, p.min)
	if i < 0 {
		return i
	}
	d.reserve(p, to, n)
	size := n * int(p.size)
	if d.swap {
		swapBytes(raw(to.data, size), d.src[i:i+size], p.plain)
	} else {
		copy(raw(to.data, size), d.src[i:i+size])
	}
	return i + size
}

// getSlice stores any other slice, element by element.
func (d *decoder) getSlice(p *program, to *sliceHeader, i int) int {
	n, i := d.readLen(i, p.min)
	if i < 0 || !d.boundElems(p.elems(), n, i) {
		return -1
	}
	d.reserve(p, to, n)
	return d.getElems(p, to.data, n, i)
}

// reserve makes *to hold n elements, in its own memory if that suffices. Elements that may hold pointers
// start as zero values: what they pointed to is not reused.
func (d *decoder) reserve(p *program, to *sliceHeader, n int) {
	switch {
	case n <= to.cap && !d.fresh:
		to.len = n
		if p.pointers && n > 0 {
			zero(to.data, n*int(p.size))
		}
	case n == 0:
		*to = sliceHeader{}
	case p.pointers || p.size == 0:
		*to = sliceHeader{reflect.MakeSlice(reflect.SliceOf(p.typ), n, n).UnsafePointer(), n, n}
	default:
		*to = sliceHeader{wordsOf(n * int(p.size)), n, n}
	}
}

// getElems is get one level deeper, for elements that errors name by index.
func (d *decoder) getElems(p *program, base ptr, n int, i int) int {
	if i = d.get(p, base, n, i); i < 0 {
		d.err.Index(d.failed)
	}
	return i
}

// getPointer stores an option or a box: always a new value, for pointers are often shared.
func (d *decoder) getPointer(s *step, p ptr, i int) int {
	if s.code == opPointer {
		some, next := d.readOption(i)
		if next < 0 || !some {
			*at[ptr](p) = nil
			return next
		}
		i = next
	}
	if !d.enter(i) {
		return -1
	}
	v := newValue(s.elem)
	*at[ptr](p) = v
	i = d.get(s.elem, v, 1, i)
	d.depth++
	return i
}

// newValue allocates a zero value.
func newValue(p *program) ptr {
	if p.pointers || p.size == 0 {
		return reflect.New(p.typ).UnsafePointer()
	}
	return wordsOf(int(p.size))
}

func (d *decoder) getOption(s *step, p ptr, i int) int {
	some, i := d.readOption(i)
	if i < 0 {
		return i
	}
	*at[bool](add(p, uintptr(s.n))) = some
	if !some {
		reflect.NewAt(s.elem.typ, p).Elem().SetZero()
		return i
	}
	return d.get(s.elem, p, 1, i)
}
