package bincode

import (
	"reflect"
	"time"
)

// rustSize estimates size_of::<T>() of the Rust type that matches t, on a 64-bit host: what bincode 2
// charges for each element of a container. It follows rustc's layout (fields reordered, options in
// niches) except for enums with data, where Go's own size stands in.
func rustSize(t reflect.Type) int { return rustSizes{}.of(t) }

// rustSizes holds the types that are being measured. One that contains itself must be boxed there.
type rustSizes map[reflect.Type]bool

func (open rustSizes) of(t reflect.Type) int {
	if open[t] {
		return 8
	}
	open[t] = true
	defer delete(open, t)
	switch t {
	case reflect.TypeFor[Char]():
		return 4
	case reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](), reflect.TypeFor[Duration]():
		return 16
	}
	switch t.Kind() {
	case reflect.Int, reflect.Uint:
		return 8
	case reflect.String, reflect.Slice, reflect.Map:
		return 24
	case reflect.Array:
		return t.Len() * open.of(t.Elem())
	case reflect.Pointer:
		return open.option(t.Elem())
	case reflect.Struct:
		switch {
		case isOpt(t):
			return open.option(t.Field(0).Type)
		case isUnionStruct(t):
			return 8
		}
		var fields []int
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("bincode") != "-" {
				fields = append(fields, open.of(f.Type))
			}
		}
		return rustTuple(fields...)
	}
	return int(t.Size())
}

// rustTuple is the size of fields of these sizes together.
func rustTuple(sizes ...int) int {
	sum, align := 0, 1
	for _, n := range sizes {
		sum += n
		align = max(align, rustAlign(n))
	}
	return (sum + align - 1) / align * align
}

// rustAlign guesses the alignment of something of n bytes: its largest factor of two, up to 8.
func rustAlign(n int) int {
	if n == 0 {
		return 1
	}
	return min(n&-n, 8)
}

// option is the size of an option: nothing more where the value leaves bit patterns unused.
func (open rustSizes) option(t reflect.Type) int {
	n := open.of(t)
	if open[t] {
		return n // a box is never null
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Slice, reflect.Map, reflect.Pointer:
		return n
	}
	if t == reflect.TypeFor[Char]() {
		return n
	}
	return n + rustAlign(n)
}
