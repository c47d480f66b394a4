package bincode

import "reflect"

// The functions here run a type's own code; a panic in it is the type's.

func (e *encoder) sizeHook(h *hook, p ptr) int {
	if !e.enter() {
		return 0
	}
	v := h.of(p)
	var n int
	var err error
	if h.sizes {
		n, err = v.(Sizer).SizeBincode()
	} else if h.kind == hookParts {
		n, err = v.(PartsAppender).SizeBincodeParts()
	} else {
		var b []byte
		b, err = h.append(nil, v, e.depth)
		n, e.hooked = len(b), append(e.hooked, b)
	}
	e.depth++
	switch {
	case err != nil:
		e.failHook(h, err)
	case n < 0:
		e.fail(ErrHook, "%v says its size is %d, allowed from 0", h.typ, n)
	}
	return n
}

func (h *hook) append(dst []byte, v any, depth int) ([]byte, error) {
	if h.kind == hookFormat {
		return v.(FormatAppender).AppendBincodeFormat(dst, h.inside(depth))
	}
	return v.(Appender).AppendBincode(dst)
}

// putHook writes what sizeHook got, or has the type write.
func (e *encoder) putHook(h *hook, p ptr, buf []byte, i int) int {
	v := h.of(p)
	out, err := buf[:i:len(buf)], error(nil)
	if h.sizes {
		out, err = v.(Appender).AppendBincode(out)
	} else if h.kind == hookParts {
		out, e.parts, err = v.(PartsAppender).AppendBincodeParts(out, e.parts)
	} else {
		out, e.hooked = append(out, e.hooked[0]...), e.hooked[1:]
	}
	switch {
	case err != nil:
		e.failHook(h, err)
		return -1
	case len(out) < i || len(out) > len(buf):
		e.fail(ErrHook, "%v appended %d bytes, allowed %d", h.typ, len(out)-i, len(buf)-i)
		return -1
	}
	copy(buf[i:], out[i:]) // no-op unless the hook moved the bytes
	return len(out)
}

// hooked is a value that a type's own code decoded from the bytes up to next.
type hooked struct {
	hook  *hook
	value reflect.Value // a pointer to it
	next  int
	used  int // parts it took
}

// checkHook decodes into a new value, for only the type knows what its bytes are. get hands it over.
func (d *decoder) checkHook(h *hook, i int) int {
	if !d.enter(i) {
		return -1
	}
	v := reflect.New(h.typ)
	before := len(d.parts)
	next := d.runHook(h, v.Interface(), i)
	d.depth++
	if next < 0 || d.counting && !d.charge(i, next-i, next-i) {
		return -1
	}
	d.hooked = append(d.hooked, hooked{h, v, next, before - len(d.parts)})
	return next
}

func (d *decoder) getHook(h *hook, p ptr, i int) int {
	if len(d.hooked) == 0 || d.hooked[0].hook != h {
		return d.fail(i, ErrHook, "the source changed while it was being decoded")
	}
	v := d.hooked[0]
	d.hooked, d.parts = d.hooked[1:], d.parts[v.used:]
	reflect.NewAt(h.typ, p).Elem().Set(v.value.Elem())
	return v.next
}

func (d *decoder) runHook(h *hook, v any, i int) int {
	src := d.src[i:len(d.src):len(d.src)]
	var n, used int
	var err error
	switch h.kind {
	case hookParts:
		n, used, err = v.(PartsUnmarshaler).UnmarshalBincodeParts(src, d.parts)
	case hookFormat:
		n, err = v.(FormatUnmarshaler).UnmarshalBincodeFormat(src, h.inside(d.depth))
	default:
		if h.borrows && d.borrow {
			n, err = v.(BorrowUnmarshaler).UnmarshalBincodeBorrow(src)
		} else {
			n, err = v.(Unmarshaler).UnmarshalBincode(src)
		}
	}
	switch {
	case err != nil:
		return d.failHook(i, h, err)
	case n < 0 || n > len(src) || used < 0 || used > len(d.parts):
		return d.fail(i, ErrHook, "%v used %d bytes and %d parts, allowed %d and %d", h.typ, n, used, len(src), len(d.parts))
	}
	d.parts = d.parts[used:]
	return i + n
}

// failHook reports a hook's error; one of this package keeps its class and its place.
func (d *decoder) failHook(i int, h *hook, err error) int {
	d.failWith(i, ErrHook, err, "decoding %v", h.typ)
	if inner, ok := err.(*Error); ok && d.err.Err == err {
		own := *inner
		own.Type = ""
		if own.Offset >= 0 {
			own.Offset += i
		}
		d.err = &own
	}
	return -1
}

func (e *encoder) failHook(h *hook, err error) {
	e.failWith(ErrHook, err, "encoding %v", h.typ)
	if inner, ok := err.(*Error); ok && e.err.Err == err {
		own := *inner
		own.Type = ""
		e.err = &own
	}
}

// getValidate asks the decoded value at p.
func (d *decoder) getValidate(h *hook, p ptr, i int) int {
	if err := h.of(p).(Validator).Validate(); err != nil {
		return d.failWith(i, ErrInvalid, err, "%v refused", h.typ)
	}
	return i
}

// inside is the format for what a hook contains: depth levels are left.
func (h *hook) inside(depth int) *Format {
	f := *h.format
	f.depth = depth
	return &f
}
