package bincode

import "reflect"

// Integer is any integer type that has a wire form.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// NonZero is an integer that must not be zero: encoding zero is [ErrNonZero], and so is decoding it. A field
// of an integer type can be declared the same with the tag `bincode:"nonzero"`.
type NonZero[T Integer] struct{ Value T }

// checkNonZero judges an integer that must not be zero.
func (d *decoder) checkNonZero(p *program, i int) int {
	next := d.check(p, 1, i)
	if next < 0 {
		return next
	}
	v := newValue(p)
	if g := (decoder{config: d.config, src: d.src}); g.get(p, v, 1, i) >= 0 && reflect.NewAt(p.typ, v).Elem().IsZero() {
		return d.fail(i, ErrNonZero, "got 0, allowed any other value")
	}
	return next
}
