package layout

import (
	"fmt"
	"reflect"
)

// A TypeError reports why a type cannot lie over raw bytes.
type TypeError struct {
	Type   reflect.Type // the type that was asked for
	Field  string       // path to what breaks it, such as "Book.Bids[].Price"; empty: Type itself
	Reason string       // what is wrong there and, where there is one, the remedy
}

func (e *TypeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("layout: %v cannot lie over raw bytes: %s", e.Type, e.Reason)
	}
	return fmt.Sprintf("layout: %v cannot lie over raw bytes: field %s: %s", e.Type, e.Field, e.Reason)
}

// A Fit is how many bytes a function accepts, in terms of the size of its type.
type Fit string

// What each function accepts.
const (
	Exactly  Fit = "exactly"       // View and Load
	AtLeast  Fit = "at least"      // Prefix and Suffix
	Multiple Fit = "a multiple of" // Slice
)

// A SizeError reports too few or too many bytes for a type.
type SizeError struct {
	Type reflect.Type // the type that was asked for
	Got  int          // length of the input in bytes
	Want int          // size of Type in bytes
	Fit  Fit          // how Got should have related to Want
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("layout: %v needs %s %d bytes, got %d", e.Type, e.Fit, e.Want, e.Got)
}

// An AlignError reports bytes at an address where a type may not stand. [Load] takes bytes at any
// address, and types made of [U32LE] and the like can stand at any.
type AlignError struct {
	Type reflect.Type // the type that was asked for
	Got  int          // address modulo Want: 1 to Want-1
	Want int          // alignment of Type in bytes, a power of two
}

func (e *AlignError) Error() string {
	return fmt.Sprintf("layout: %v needs an address that is a multiple of %d, got one that is %d past it",
		e.Type, e.Want, e.Got)
}
