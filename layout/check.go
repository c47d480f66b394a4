package layout

import (
	"fmt"
	"math"
	"reflect"
)

// Check reports whether T may lie over raw bytes: nil, or a *[TypeError] that names the first field
// that forbids it. The rules are those of the package comment. They do not depend on the platform: a
// type that 64-bit machines would pad is refused on 32-bit machines as well.
//
// Every other function of this package checks T too, once per type and process. Check is for tests
// and for programs that want to know early.
func Check[T any]() error {
	return verify[T]()
}

// verify is Check at the cost of a table look-up. It is what the other functions call.
func verify[T any]() error {
	if verified.has(typeWord[T]()) {
		return nil
	}
	return verifyOnce[T]()
}

func verifyOnce[T any]() error {
	t := reflect.TypeFor[T]()
	if _, err := inspect(t, ""); err != nil {
		err.Type = t
		return err
	}
	verified.add(typeWord[T]())
	return nil
}

// mustVerify is verify for functions without an error result.
func mustVerify[T any]() {
	if err := verify[T](); err != nil {
		panic(err)
	}
}

// maxSize is the size in bytes that every platform can hold in one object.
const maxSize = math.MaxInt32

// inspect checks t, which stands at path inside the type asked for. It returns the natural alignment
// of t in bytes: that of its widest scalar, which 64-bit platforms use and 32-bit ones may undercut.
func inspect(t reflect.Type, path string) (align uintptr, err *TypeError) {
	if t.Size() == 0 {
		return 0, &TypeError{Field: path, Reason: fmt.Sprintf("%v has no bytes", t)}
	}
	if uint64(t.Size()) > maxSize {
		return 0, &TypeError{Field: path, Reason: fmt.Sprintf("%v has %d bytes, at most %d", t, t.Size(), maxSize)}
	}
	switch t.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return t.Size(), nil
	case reflect.Complex64, reflect.Complex128:
		return t.Size() / 2, nil
	case reflect.Array:
		return inspect(t.Elem(), path+"[]")
	case reflect.Struct:
		return inspectStruct(t, path)
	case reflect.Bool:
		return 0, &TypeError{Field: path, Reason: fmt.Sprintf("%v has invalid bit patterns, use uint8", t)}
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return 0, &TypeError{Field: path, Reason: fmt.Sprintf("%v differs in size between platforms, use a fixed size", t)}
	default:
		return 0, &TypeError{Field: path, Reason: fmt.Sprintf("%v holds a pointer", t)}
	}
}

// inspectStruct is inspect for structs: the fields must follow each other without a gap.
func inspectStruct(t reflect.Type, path string) (align uintptr, err *TypeError) {
	var end uintptr // offset after the fields seen so far
	var last string // path of the field seen last
	for i := range t.NumField() {
		f := t.Field(i)
		last = join(path, f.Name)
		if isMarker(f) {
			continue
		}
		a, err := inspect(f.Type, last)
		if err != nil {
			return 0, err
		}
		if f.Offset != end {
			return 0, &TypeError{Field: last, Reason: fmt.Sprintf("padding before it, from offset %d to %d", end, f.Offset)}
		}
		if f.Offset%a != 0 {
			return 0, &TypeError{Field: last, Reason: fmt.Sprintf("offset %d is not a multiple of %d: 64-bit platforms pad here", f.Offset, a)}
		}
		end = f.Offset + f.Type.Size()
		align = max(align, a)
	}
	if t.Size() != end {
		return 0, &TypeError{Field: last, Reason: fmt.Sprintf("padding after it, from offset %d to %d", end, t.Size())}
	}
	if t.Size()%align != 0 {
		return 0, &TypeError{Field: last, Reason: fmt.Sprintf("the size %d is not a multiple of %d: 64-bit platforms pad after it", t.Size(), align)}
	}
	return align, nil
}

// isMarker reports whether f is a blank field of size zero, such as structs.HostLayout.
func isMarker(f reflect.StructField) bool {
	return f.Name == "_" && f.Type.Size() == 0
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
