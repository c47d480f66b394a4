package bincode

import (
	"fmt"
	"reflect"

	"github.com/shmring/ipc/codec/internal/declared"
)

// Appender is a type that writes its own encoding. It appends to dst and returns the extended slice; the
// same value must give the same number of bytes each time. See the package comment for who calls it.
type Appender interface {
	AppendBincode(dst []byte) ([]byte, error)
}

// Sizer is an [Appender] that knows the number of bytes it will append without doing so.
type Sizer interface {
	SizeBincode() (int, error)
}

// Unmarshaler is the counterpart of [Appender]: it reads one value from the start of src, which may go on
// behind it, and returns the number of bytes it used, 0 ≤ n ≤ len(src). It copies what it keeps. On error
// it leaves its receiver as it was.
type Unmarshaler interface {
	UnmarshalBincode(src []byte) (n int, err error)
}

// BorrowUnmarshaler is an [Unmarshaler] that can also decode with strings and byte slices aliasing src.
type BorrowUnmarshaler interface {
	UnmarshalBincodeBorrow(src []byte) (n int, err error)
}

// FormatAppender is an [Appender] whose bytes depend on the configuration. It is preferred to Appender.
type FormatAppender interface {
	AppendBincodeFormat(dst []byte, f *Format) ([]byte, error)
}

// FormatUnmarshaler is the counterpart of [FormatAppender]; [Format.UnmarshalPrefix] reads what it contains.
type FormatUnmarshaler interface {
	UnmarshalBincodeFormat(src []byte, f *Format) (n int, err error)
}

// PartsAppender is a type with a form of its own where parts travel out of line ([Format.AppendParts]): it
// appends its body to dst and its parts, by reference, to parts.
type PartsAppender interface {
	SizeBincodeParts() (int, error) // bytes that AppendBincodeParts adds to dst
	AppendBincodeParts(dst []byte, parts [][]byte) ([]byte, [][]byte, error)
}

// PartsUnmarshaler is the counterpart of [PartsAppender]: it returns how many bytes of src and how many of
// the parts it used. What it keeps of the parts aliases them.
type PartsUnmarshaler interface {
	UnmarshalBincodeParts(src []byte, parts [][]byte) (n, used int, err error)
}

// Validator is asked after a value has been decoded, inner values before outer ones. Its error refuses the
// whole message; the caller's value then stays untouched.
type Validator interface {
	Validate() error
}

// generated is what the generator gives a type beside the three methods of the default configuration. The
// parameter is the type itself: so a method promoted from an embedded type is not taken for the outer's.
type generated[T any] interface {
	Appender
	Sizer
	Unmarshaler
	BorrowUnmarshaler
	BincodeGenerated(*T)
}

type hookKind uint8

const (
	hookPlain hookKind = iota
	hookFormat
	hookParts
)

// hook says how to call a type's own code.
type hook struct {
	typ    reflect.Type
	kind   hookKind
	format *Format
	// Of a plain hook: what it declares beside the pair.
	sizes   bool // SizeBincode
	borrows bool // UnmarshalBincodeBorrow
}

// of gives the value at p as the interface its pointer type implements.
func (h *hook) of(p ptr) any { return reflect.NewAt(h.typ, p).Interface() }

// hookOf finds the hooks of t, or nil where its fields are to be walked.
func (c *compiler) hookOf(t reflect.Type) (*hook, error) {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return nil, nil // what it leads to may have hooks
	}
	if c.cfg.parts {
		switch ok, err := hasPair(t, reflect.TypeFor[PartsAppender](), findAppendParts, reflect.TypeFor[PartsUnmarshaler](), findUnmarshalParts); {
		case err != nil:
			return nil, err
		case ok && !declared.Method(t, findSizeParts):
			return nil, fmt.Errorf("%s does not declare SizeBincodeParts", t)
		case ok:
			return &hook{typ: t, kind: hookParts}, nil
		}
	}
	switch ok, err := hasPair(t, reflect.TypeFor[FormatAppender](), findAppendFormat, reflect.TypeFor[FormatUnmarshaler](), findUnmarshalFormat); {
	case err != nil:
		return nil, err
	case ok:
		return &hook{typ: t, kind: hookFormat, format: c.cfg.format}, nil
	}
	if hasGeneratedMethods(t) {
		return nil, nil
	}
	ok, err := hasPair(t, reflect.TypeFor[Appender](), findAppend, reflect.TypeFor[Unmarshaler](), findUnmarshal)
	if !ok || err != nil {
		return nil, err
	}
	return &hook{typ: t, kind: hookPlain, sizes: declares(t, reflect.TypeFor[Sizer](), findSize),
		borrows: declares(t, reflect.TypeFor[BorrowUnmarshaler](), findBorrow)}, nil
}

// hasPair reports whether t declares the two methods of a pair of hooks. One of them alone is an error.
func hasPair(t, appender reflect.Type, findAppender declared.Find, unmarshaler reflect.Type, findUnmarshaler declared.Find) (bool, error) {
	a, u := declares(t, appender, findAppender), declares(t, unmarshaler, findUnmarshaler)
	if a != u {
		return false, fmt.Errorf("%s declares only one of %s and %s", t, appender.Method(0).Name, unmarshaler.Method(0).Name)
	}
	return a, nil
}

// hasGeneratedMethods reports whether the hooks of t come from the generator, for t or for a type it embeds.
func hasGeneratedMethods(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("BincodeGenerated")
	return ok
}

// isGenerated reports whether the generator made the hooks of t for t.
func isGenerated(t reflect.Type) bool {
	m, ok := reflect.PointerTo(t).MethodByName("BincodeGenerated")
	return ok && m.Type.NumIn() == 2 && m.Type.In(1) == reflect.PointerTo(t)
}

func validates(t reflect.Type) bool {
	return declares(t, reflect.TypeFor[Validator](), findValidate)
}

// declares reports whether t, which is no pointer, or *t implements an interface by a method of its own, which find finds. A
// method that it gets from an embedded field says nothing about its other fields, and panics where that is a nil pointer.
func declares(t, iface reflect.Type, find declared.Find) bool {
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(iface) && declared.Method(t, find)
}

func findSize(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("SizeBincode") }
func findBorrow(t reflect.Type) (reflect.Method, bool) {
	return t.MethodByName("UnmarshalBincodeBorrow")
}
func findAppend(t reflect.Type) (reflect.Method, bool)    { return t.MethodByName("AppendBincode") }
func findUnmarshal(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("UnmarshalBincode") }
func findAppendFormat(t reflect.Type) (reflect.Method, bool) {
	return t.MethodByName("AppendBincodeFormat")
}
func findUnmarshalFormat(t reflect.Type) (reflect.Method, bool) {
	return t.MethodByName("UnmarshalBincodeFormat")
}
func findAppendParts(t reflect.Type) (reflect.Method, bool) {
	return t.MethodByName("AppendBincodeParts")
}
func findSizeParts(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("SizeBincodeParts") }
func findUnmarshalParts(t reflect.Type) (reflect.Method, bool) {
	return t.MethodByName("UnmarshalBincodeParts")
}
func findValidate(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("Validate") }
func findDefaults(t reflect.Type) (reflect.Method, bool) { return t.MethodByName("BincodeDefaults") }
