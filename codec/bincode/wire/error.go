package wire

import (
	"io"
	"strconv"
	"strings"
)

// Error is what encoding and decoding return: where, what was got, what was allowed.
type Error struct {
	Op     string // "encode" or "decode"
	Type   string // the Go type given to the call
	Path   string // the field, as in orders[3].price; empty for the value itself
	Offset int    // the byte of the input where the fault was seen; -1 while encoding
	Class  Class  // the kind of fault
	Detail string // what was got and what was allowed
	Err    error  // what a hook or Validate returned, or nil
}

// Error reads like
//
//	bincode: decode Book: orders[3].price: invalid-bool at byte 17: got 2, allowed 0 or 1
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("bincode: ")
	b.WriteString(e.Op)
	for _, s := range [...]string{e.Type, e.Path} {
		if s != "" {
			b.WriteByte(' ')
			b.WriteString(s)
			b.WriteByte(':')
		}
	}
	b.WriteByte(' ')
	b.WriteString(string(e.Class))
	if e.Offset >= 0 {
		b.WriteString(" at byte ")
		b.WriteString(strconv.Itoa(e.Offset))
	}
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As the class and, where there is one, the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Class}
	}
	return []error{e.Class, e.Err}
}

// Is lets an input that ends too early match io.ErrUnexpectedEOF.
func (e *Error) Is(target error) bool {
	return e.Class == ErrEOF && target == io.ErrUnexpectedEOF
}

// Field puts a field's name, or a dotted path of names, before the path and returns e.
func (e *Error) Field(name string) *Error {
	switch {
	case name == "":
	case e.Path == "":
		e.Path = name
	case e.Path[0] == '[':
		e.Path = name + e.Path
	default:
		e.Path = name + "." + e.Path
	}
	return e
}

// Index puts an element's index before the path and returns e.
func (e *Error) Index(i int) *Error {
	index := "[" + strconv.Itoa(i) + "]"
	if e.Path != "" && e.Path[0] != '[' {
		index += "."
	}
	e.Path = index + e.Path
	return e
}

// In names the type whose encoding or decoding failed, unless a name is there already, and returns e.
func (e *Error) In(typ string) *Error {
	if e.Type == "" {
		e.Type = typ
	}
	return e
}
