package json

import (
	"encoding"
	stdjson "encoding/json"
	"fmt"
	"reflect"

	"github.com/shmring/ipc/codec/internal/declared"
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
		if found, err := selfMade(t); found || err != nil {
			return err
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

// endless reports whether pointers lead from t to t alone, as from type P *P: encoding/json would allocate one behind
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

// method is one that encoding/json calls where a type has it.
type method struct {
	name string
	of   reflect.Type // the interface for which encoding/json asks
	find declared.Find
}

// methods are those that write and those that read, in the order in which encoding/json looks for them.
var methods = [2][2]method{
	{
		{"MarshalJSON", reflect.TypeFor[stdjson.Marshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalJSON") }},
		{"MarshalText", reflect.TypeFor[encoding.TextMarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("MarshalText") }},
	},
	{
		{"UnmarshalJSON", reflect.TypeFor[stdjson.Unmarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalJSON") }},
		{"UnmarshalText", reflect.TypeFor[encoding.TextUnmarshaler](),
			func(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalText") }},
	},
}

// selfMade reports whether values of the type write their text, or read it, by a method. It refuses one that would be
// called for all of a struct although it belongs to an embedded field.
func selfMade(t reflect.Type) (bool, error) {
	found := false
	for _, way := range methods {
		for _, m := range way {
			if !reflect.PointerTo(t).Implements(m.of) {
				continue
			}
			if !declared.Method(t, m.find) && !declared.Wraps(t, m.find) {
				return true, refuse(t, m.name+" belongs to an embedded field, and would stand for all of them: declare it, or name the field")
			}
			found = true
			break
		}
	}
	return found, nil
}

func refuse(t reflect.Type, why string) error {
	return fmt.Errorf("codec/json: %w: %s", &stdjson.UnsupportedTypeError{Type: t}, why)
}
