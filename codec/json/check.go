package json

import (
	"encoding"
	stdjson "encoding/json"
	"fmt"
	"reflect"
)

// check refuses a type for which encoding/json would lose what a value holds, or never end. What an interface holds
// is not known here and left to encoding/json.
func check(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer:
		if endless(t) {
			return refuse(t, "its pointers never lead to a value")
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		if selfMade(t) {
			return nil
		}
	default:
		return nil
	}
	if t.Kind() == reflect.Struct {
		return checkStruct(t, seen)
	}
	return check(t.Elem(), seen)
}

func checkStruct(t reflect.Type, seen map[reflect.Type]bool) error {
	travels, hidden := false, false
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Tag.Get("json") == "-":
			travels = true // as far as it is meant to
			continue
		case !f.IsExported() && !f.Anonymous:
			hidden = hidden || f.Name != "_"
			continue
		}
		travels = true
		if err := check(f.Type, seen); err != nil {
			return err
		}
	}
	if hidden && !travels {
		return refuse(t, `it has no exported field, so all of it would be lost: tag the field that has this type "-"`)
	}
	return nil
}

// endless tells whether pointers lead from t to t alone, as from type P *P: encoding/json would allocate one behind
// the other for ever.
func endless(t reflect.Type) bool {
	seen := make(map[reflect.Type]bool)
	for ; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}

// selfMade tells whether values of the type write their text, or read it, by a method of their own.
func selfMade(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	for _, methods := range []reflect.Type{
		reflect.TypeFor[stdjson.Marshaler](), reflect.TypeFor[stdjson.Unmarshaler](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
	} {
		if p.Implements(methods) {
			return true
		}
	}
	return false
}

func refuse(t reflect.Type, why string) error {
	return fmt.Errorf("codec/json: %w: %s", &stdjson.UnsupportedTypeError{Type: t}, why)
}
