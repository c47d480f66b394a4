package generate

import (
	"go/types"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// tag is what a field says about its type.
type tag = wire.Tag

// A form is the wire form of a type: what the generated code has to do for a value of it.
type form struct {
	kind     kind
	typ      types.Type
	tag      tag
	width    int      // of a number, in bytes
	elem     *form    // of a slice, array, option, box, Opt; a map's values; a Result's Ok
	key      *form    // a map's keys; a Result's Err
	fields   []member // of a struct; of a union, its variants
	n        int      // length of an array
	validate bool     // Validate is to be asked after decoding
}

// member is a field of a struct, or a variant of a union.
type member struct {
	name string
	form *form
}

type kind int

const (
	ofNothing kind = iota // a form that is not known yet
	ofNumber              // fixed width: integers but int and uint, floats
	ofInt                 // int, uint
	ofBool
	ofEnum
	ofWide // Uint128, Int128
	ofBig
	ofBigPointer
	ofGoDuration
	ofDuration
	ofTime
	ofNumberArray

	ofChar
	ofText
	ofBytes
	ofNumbers // slice of ofNumber
	ofInts
	ofAddr
	ofAddrPort
	ofProgram // whatever is left to the program of the type

	ofSlice
	ofArray
	ofMap
	ofPointer
	ofBox
	ofOpt
	ofResult
	ofUnion

	ofStruct
)

// fixed is the number of bytes on the wire if every value has the same, and -1 otherwise.
func (f *form) fixed() int {
	switch f.kind {
	case ofNumber:
		return f.width
	case ofBool:
		return 1
	case ofEnum:
		return 4
	case ofInt:
		return 8
	case ofGoDuration, ofDuration, ofTime:
		return 12
	case ofWide, ofBig, ofBigPointer:
		return 16
	case ofNumberArray:
		return f.n * f.elem.width
	}
	return -1
}

// least is the least number of bytes on the wire.
func (f *form) least() int {
	if n := f.fixed(); n >= 0 {
		return n
	}
	switch f.kind {
	case ofChar, ofPointer, ofOpt:
		return 1
	case ofText, ofBytes, ofNumbers, ofInts, ofSlice, ofMap:
		return 8
	case ofProgram:
		if _, ok := f.typ.Underlying().(*types.Map); ok {
			return 8 // types with hooks are not met here
		}
	case ofAddr, ofAddrPort:
		n := map[wire.Family]int{wire.AnyIP: 8, wire.IPv4: 4, wire.IPv6: 16}[f.tag.IP]
		if f.kind == ofAddrPort {
			n += 2
		}
		return n
	case ofResult, ofUnion:
		return 4
	case ofArray:
		return f.n * f.elem.least()
	case ofStruct:
		n := 0
		for _, m := range f.fields {
			n += m.form.least()
		}
		return n
	}
	return 0
}

// plain reports whether the form is a number that may have any value.
func (f *form) plain() bool { return f.kind == ofNumber && !f.tag.NonZero && !f.validate }
