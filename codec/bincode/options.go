package bincode

import (
	"encoding/binary"
	"math"
	"reflect"
)

// Option configures a [Format].
type Option func(*config)

// config is what the options say. It never changes after New.
type config struct {
	varint   bool
	big      bool
	swap     bool // the wire's byte order is not the host's
	native   bool // fixed widths in the host's order: memory and wire are alike
	reject   bool // trailing bytes
	missing  bool // fields at the end
	limited  bool
	limit    uint64
	depth    int
	compat   int // 0 the safer of both, 1 or 2 as that version of the reference
	parts    bool
	variants map[reflect.Type][]reflect.Type
	format   *Format
}

// standard reports whether the bytes and the verdicts are those of generated code.
func (c *config) standard() bool {
	return !c.varint && !c.big && !c.limited && !c.reject && !c.missing && !c.parts && c.compat == 0 && c.depth == DefaultMaxDepth
}

// DefaultMaxDepth is how deep values may nest unless [MaxDepth] says otherwise.
const DefaultMaxDepth = 1000

// maxEmpty bounds what elements without wire bytes may cost in one message: their number, and their memory in bytes.
const maxEmpty = 1 << 20

func newConfig(opts []Option) config {
	c := config{depth: DefaultMaxDepth, limit: math.MaxUint64, variants: map[reflect.Type][]reflect.Type{}}
	for _, o := range opts {
		o(&c)
	}
	host := binary.NativeEndian.Uint16([]byte{1, 0}) != 1 // big endian?
	c.swap = c.big != host
	c.native = !c.swap && !c.varint
	return c
}

// Fixint writes every integer in its full width. It is the default.
func Fixint() Option { return func(c *config) { c.varint = false } }

// Varint writes integers of 16 bits and more in the fewest of 1, 3, 5, 9 or 17 bytes, signed ones zigzag.
func Varint() Option { return func(c *config) { c.varint = true } }

// LittleEndian puts the low byte of an integer first. It is the default.
func LittleEndian() Option { return func(c *config) { c.big = false } }

// BigEndian puts the high byte of an integer first.
func BigEndian() Option { return func(c *config) { c.big = true } }

// AllowTrailing lets bytes follow the value, as bincode 1's deserialize function and bincode 2 do. It is the
// default: a newer writer may append fields.
func AllowTrailing() Option { return func(c *config) { c.reject = false } }

// RejectTrailing makes bytes after the value an error, as bincode 1's DefaultOptions do.
func RejectTrailing() Option { return func(c *config) { c.reject = true } }

// Limit refuses values of more than n bytes, encoding and decoding, n ≥ 0.
//
// Decoding counts as both versions of the reference do and refuses what either would: the bytes of the
// wire, and (as version 2) full integer widths and length × in-memory size of a container before its
// elements are read. [Compat1] and [Compat2] count as one version alone.
func Limit(n uint64) Option { return func(c *config) { c.limited, c.limit = true, n } }

// MaxDepth bounds how deep values may nest: every option, box, slice, map or sum type entered counts one,
// n ≥ 1. The default is [DefaultMaxDepth].
func MaxDepth(n int) Option { return func(c *config) { c.depth = max(n, 1) } }

// Compat1 gives the verdicts of bincode 1.3.3 where the versions differ: a varint wider than its field
// is accepted when the value fits, a char cut short is invalid-char, a limit counts wire bytes but no char.
func Compat1() Option { return func(c *config) { c.compat = 1 } }

// Compat2 gives the verdicts of bincode 2.0.1 where the versions differ: a limit counts full integer
// widths and the in-memory size of containers, and encoding has no limit.
func Compat2() Option { return func(c *config) { c.compat = 2 } }

// Variants registers a sum type: the interface I holds one of the types of the samples, and the position
// of a sample is its tag on the wire, from 0.
//
//	bincode.New(bincode.Variants[Shape](Circle{}, &Square{}))
//
// A sample given as a pointer means that the interface holds pointers to that type. Decoding makes a
// new value of the registered type. Registering I again replaces its list.
func Variants[I any](samples ...I) Option {
	types := make([]reflect.Type, len(samples))
	for i, s := range samples {
		types[i] = reflect.TypeOf(s)
	}
	return VariantTypes(reflect.TypeFor[I](), types...)
}

// VariantTypes is [Variants] for types known only at run time. The types implement the interface type.
func VariantTypes(iface reflect.Type, types ...reflect.Type) Option {
	return func(c *config) { c.variants[iface] = types }
}
