package msgpack

import (
	"fmt"
	"reflect"
)

// What the library decodes into an interface tells how a number was encoded: 5 is an int8, 300 a uint16. Its loose
// mode widens numbers, but turns binaries into strings, which then go back as strings. So the widening is done here.

// widen gives every number that an interface in v holds the type that is documented.
func widen(p *plan, v reflect.Value) error {
	if !p.dynamic {
		return nil
	}
	switch p.kind {
	case kindAny:
		if wide, changed := widened(v.Interface()); changed {
			v.Set(reflect.ValueOf(wide))
		}
	case kindPointer:
		if !v.IsNil() {
			return widen(p.elem, v.Elem())
		}
	case kindSlice, kindArray:
		for i := range v.Len() {
			if err := widen(p.elem, v.Index(i)); err != nil {
				return err
			}
		}
	case kindMap:
		return widenMap(p, v)
	case kindStruct:
		for i := range p.fields {
			f := &p.fields[i]
			if it, err := v.FieldByIndexErr(f.index); err == nil {
				if err := widen(f.plan, it); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// widenMap puts wide entries in the place of those of a map. Two keys that differed by their width alone are refused.
func widenMap(p *plan, m reflect.Value) error {
	if m.Len() == 0 {
		return nil
	}
	wide := reflect.MakeMapWithSize(p.typ, m.Len())
	for it := m.MapRange(); it.Next(); {
		key, elem := reflect.New(p.key.typ).Elem(), reflect.New(p.elem.typ).Elem()
		key.Set(it.Key())
		elem.Set(it.Value())
		if err := widen(p.key, key); err != nil {
			return err
		}
		if err := widen(p.elem, elem); err != nil {
			return err
		}
		wide.SetMapIndex(key, elem)
	}
	if wide.Len() < m.Len() {
		return fmt.Errorf("%w: decode: a key of %v stands twice", ErrValue, p.typ)
	}
	m.Set(wide)
	return nil
}

// widened returns a value that the library made for an interface with wide numbers, and whether it differs. Slices
// and maps are changed in place.
func widened(v any) (wide any, changed bool) {
	switch v := v.(type) {
	case int8:
		return int64(v), true
	case int16:
		return int64(v), true
	case int32:
		return int64(v), true
	case uint8:
		return uint64(v), true
	case uint16:
		return uint64(v), true
	case uint32:
		return uint64(v), true
	case float32:
		return float64(v), true
	case []any:
		for i, x := range v {
			if wide, changed := widened(x); changed {
				v[i] = wide
			}
		}
	case map[string]any:
		for k, x := range v {
			if wide, changed := widened(x); changed {
				v[k] = wide
			}
		}
	}
	return v, false
}
