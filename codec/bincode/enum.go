package bincode

import (
	"fmt"
	"reflect"
)

// Enum is an integer type that stands for an enum whose variants are all units: its values are the tags,
// 0 ≤ v < BincodeVariants(). The method is called on the zero value. A field of any integer type can be
// declared the same with the tag `bincode:"enum=N"`.
type Enum interface {
	BincodeVariants() uint32
}

// enumRange gives the number of variants of an enum type.
func enumRange(t reflect.Type) (uint64, bool) {
	if t.Kind() < reflect.Int || t.Kind() > reflect.Uint64 || !t.Implements(reflect.TypeFor[Enum]()) {
		return 0, false
	}
	return uint64(reflect.Zero(t).Interface().(Enum).BincodeVariants()), true
}

// enum adds an integer that holds the tag of one of n unit variants.
func (b *builder) enum(t reflect.Type, n uint64, s step) error {
	k := t.Kind()
	if k < reflect.Int || k > reflect.Uint64 {
		return fmt.Errorf("%s is no integer type and cannot be an enum", t)
	}
	most := uint64(1)<<(8*t.Size()-1) - 1
	if k >= reflect.Uint {
		most = 2*most + 1
	}
	if n == 0 || n-1 > most || n > 1<<32 {
		return fmt.Errorf("an enum of %d variants does not fit %s", n, t)
	}
	s.code, s.n, s.width = opEnum, int(n), int(t.Size())
	b.op(s, b.tagMin())
	return nil
}

// enumValue reads the tag at p; the size pass has found it in range.
func (e *encoder) enumValue(s *step, p ptr) uint64 {
	v := unsignedAt(p, s.width)
	if v >= uint64(s.n) {
		e.fail(ErrEnumTag, "got %d, allowed below %d", v, s.n)
	}
	return v
}

func (d *decoder) getEnum(s *step, p ptr, i int) int {
	v, i := d.readTag(i, s.n)
	if i >= 0 {
		putUnsignedAt(p, s.width, uint64(v))
	}
	return i
}
