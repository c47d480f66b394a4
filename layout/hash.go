package layout

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Hash returns the xxhash64, with seed 0, of [Describe] of T. Two programs that exchange values of T
// compare it to learn whether they mean the same bytes. It panics with a *[TypeError] if T fails [Check].
//
// It is the same for every build, operating system, word size and version of Go. It differs as soon as
// a field is added, removed, moved or renamed or changes its type, its length or its byte order. It does
// not depend on the names of types and packages: those can be renamed or moved without a byte changing.
func Hash[T any]() uint64 {
	return xxhash.Sum64String(Describe[T]())
}

// Describe returns the canonical description of the layout of T, in ASCII unless field names are not.
// It is meant for [Hash], for messages about two hashes that differ, and for clients in other languages.
// It panics with a *[TypeError] if T fails [Check]. The grammar:
//
//	description = "layout1 " type
//	type        = scalar | array | struct
//	scalar      = "int8" | "uint8"                       one byte
//	            | wide ( "<" | ">" )                     little- or big-endian machine
//	            | "U16LE" | "U16BE" | … | "F64BE"        the types of this package
//	wide        = "int16" | … | "uint64" | "float32" | "float64" | "complex64" | "complex128"
//	array       = "[" length "]" type
//	struct      = "{" { name " " type "@" offset ";" } "}" size
//
// Lengths, offsets and sizes are decimal; offset and size are in bytes, the offset from the start of the
// innermost struct. Blank fields of size zero are left out. A named scalar counts as its underlying
// type, an embedded struct as a field with the name of its type, and a type of sync/atomic as the
// integer it holds.
func Describe[T any]() string {
	mustVerify[T]()
	var b strings.Builder
	b.WriteString("layout1 ")
	describe(&b, reflect.TypeFor[T]())
	return b.String()
}

// describe appends the description of t, which has passed Check.
func describe(b *strings.Builder, t reflect.Type) {
	switch {
	case isOrdered(t):
		b.WriteString(t.Name())
	case t.Kind() == reflect.Array:
		b.WriteString("[" + strconv.Itoa(t.Len()) + "]")
		describe(b, t.Elem())
	case t.Kind() == reflect.Struct:
		describeStruct(b, t)
	case t.Size() == 1:
		b.WriteString(t.Kind().String())
	default:
		b.WriteString(t.Kind().String() + nativeOrder())
	}
}

func describeStruct(b *strings.Builder, t reflect.Type) {
	atomic := t.PkgPath() == "sync/atomic"
	if !atomic {
		b.WriteByte('{')
	}
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case isMarker(f):
		case atomic: // the one field with bytes; its name is not ours to rely on
			describe(b, f.Type)
		default:
			b.WriteString(f.Name + " ")
			describe(b, f.Type)
			fmt.Fprintf(b, "@%d;", f.Offset)
		}
	}
	if !atomic {
		fmt.Fprintf(b, "}%d", t.Size())
	}
}

// isOrdered reports whether t is one of the byte-order types of this package.
func isOrdered(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[U16LE](), reflect.TypeFor[U32LE](), reflect.TypeFor[U64LE](),
		reflect.TypeFor[I16LE](), reflect.TypeFor[I32LE](), reflect.TypeFor[I64LE](),
		reflect.TypeFor[F32LE](), reflect.TypeFor[F64LE](),
		reflect.TypeFor[U16BE](), reflect.TypeFor[U32BE](), reflect.TypeFor[U64BE](),
		reflect.TypeFor[I16BE](), reflect.TypeFor[I32BE](), reflect.TypeFor[I64BE](),
		reflect.TypeFor[F32BE](), reflect.TypeFor[F64BE]():
		return true
	}
	return false
}

// nativeOrder returns the mark of this machine's byte order.
func nativeOrder() string {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return "<"
	}
	return ">"
}
