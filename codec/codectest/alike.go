package codectest

import "reflect"

// Alike is reflect.DeepEqual for formats that do not tell nil from empty: a nil slice or map equals an
// empty one, at any depth. It is meant for values without cycles.
func Alike[T any](a, b T) bool {
	return alike(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem())
}

func alike(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() || a.Kind() != reflect.Invalid && a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if v := b.MapIndex(it.Key()); !v.IsValid() || !alike(it.Value(), v) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !alike(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return alike(a.Elem(), b.Elem())
	case reflect.Invalid:
		return true
	}
	return a.Equal(b)
}
