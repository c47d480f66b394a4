package bincode

import (
	"bytes"
	"cmp"
	"math/big"
	"net/netip"
	"reflect"
	"time"
)

// comparer returns the order of keys of type t: that of Rust's Ord on the matching type.
func (b *builder) comparer(t reflect.Type) func(a, b ptr) int {
	switch t.Kind() {
	case reflect.String:
		return func(a, b ptr) int { return cmp.Compare(*stringAt(a), *stringAt(b)) }
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		n := int(t.Size())
		return func(a, b ptr) int { return cmp.Compare(unsignedAt(a, n), unsignedAt(b, n)) }
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		n := int(t.Size())
		return func(a, b ptr) int { return cmp.Compare(signedAt(a, n), signedAt(b, n)) }
	}
	return func(a, c ptr) int {
		return b.compareValues(reflect.NewAt(t, a).Elem(), reflect.NewAt(t, c).Elem())
	}
}

// compareValues orders two keys of one type as Rust's derived Ord does: fields and elements in turn, none
// before some, variants by tag, false before true. Floats, which have no Ord, come by value.
func (c *compiler) compareValues(a, b reflect.Value) int {
	if r, ok := compareKnown(a, b); ok {
		return r
	}
	switch a.Kind() {
	case reflect.Bool:
		return b2i(a.Bool()) - b2i(b.Bool())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.Float(), b.Float())
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Pointer:
		return c.comparePointers(a, b)
	case reflect.Interface:
		return c.compareInterfaces(a, b)
	case reflect.Array:
		for i := range a.Len() {
			if r := c.compareValues(a.Index(i), b.Index(i)); r != 0 {
				return r
			}
		}
		return 0
	case reflect.Struct:
		for _, i := range c.keyOrder(a.Type()) {
			if r := c.compareValues(a.Field(i), b.Field(i)); r != 0 {
				return r
			}
		}
		return 0
	}
	if a.CanInt() {
		return cmp.Compare(a.Int(), b.Int())
	}
	return cmp.Compare(a.Uint(), b.Uint())
}

// keyOrder lists the fields of a key in the order in which they count.
func (c *compiler) keyOrder(t reflect.Type) []int {
	switch {
	case isOpt(t):
		return []int{1, 0}
	case isResult(t):
		return []int{2, 0, 1}
	}
	var fields []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Tag.Get("bincode") != "-" {
			fields = append(fields, i)
		}
	}
	return fields
}

// compareKnown orders the types that have an order of their own.
func compareKnown(a, b reflect.Value) (int, bool) {
	if !a.CanInterface() {
		return 0, false
	}
	switch x := a.Interface().(type) {
	case Uint128:
		y := b.Interface().(Uint128)
		return cmp.Or(cmp.Compare(x.Hi, y.Hi), cmp.Compare(x.Lo, y.Lo)), true
	case Int128:
		y := b.Interface().(Int128)
		return cmp.Or(cmp.Compare(x.Hi, y.Hi), cmp.Compare(x.Lo, y.Lo)), true
	case time.Time:
		return x.Compare(b.Interface().(time.Time)), true
	case netip.Addr:
		return x.Compare(b.Interface().(netip.Addr)), true
	case netip.AddrPort:
		return x.Compare(b.Interface().(netip.AddrPort)), true
	case *big.Int:
		y := b.Interface().(*big.Int)
		if x == nil || y == nil {
			return b2i(x != nil) - b2i(y != nil), true
		}
		return x.Cmp(y), true
	case []byte:
		return bytes.Compare(x, b.Interface().([]byte)), true
	}
	return 0, false
}

func (c *compiler) comparePointers(a, b reflect.Value) int {
	if a.IsNil() || b.IsNil() {
		return b2i(!a.IsNil()) - b2i(!b.IsNil())
	}
	return c.compareValues(a.Elem(), b.Elem())
}

func (c *compiler) compareInterfaces(a, b reflect.Value) int {
	types := c.cfg.variants[a.Type()]
	x, y := indexOf(types, a), indexOf(types, b)
	if x != y || x < 0 {
		return cmp.Compare(x, y)
	}
	return c.compareValues(a.Elem(), b.Elem())
}

// indexOf finds the variant that the interface v holds, -1 for none.
func indexOf(types []reflect.Type, v reflect.Value) int {
	if v.IsNil() {
		return -1
	}
	for i, t := range types {
		if t == v.Elem().Type() {
			return i
		}
	}
	return -1
}
