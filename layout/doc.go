// Package layout puts fixed Go types over raw bytes, in place and without copying, and refuses the
// types and the bytes for which that would be wrong.
//
//	           ┌─────────────────────── b ────────────────────────┐
//	View       │ T, exactly                                       │
//	Prefix     │ T            │ rest                              │
//	Suffix     │ rest                              │ T            │
//	Slice      │ T            │ T            │ … (a whole number) │
//	Load       │ T, copied out: later changes of b do not reach it │
//	           └──────────────────────────────────────────────────┘
//	Bytes, SliceBytes: the way back, from *T or []T to the bytes they occupy
//
// The bytes of a segment itself are defined here too, as such types: [Header], [Control] and
// [Slot], and the [Word] that starts every record.
//
// # Which types
//
// [Check] reports whether T may be used. T is made of fixed-size integers, floats, complex numbers,
// arrays and structs of these. It holds no pointer in any form, no padding between or after its
// fields, no bool, no int, uint or uintptr, and it is neither empty nor larger than 2 GiB - 1. Therefore any
// bytes are a valid T, all bytes of a T are its fields, and T is laid out alike on every platform.
// Padding is written out as a blank field:
//
//	type Tick struct {      // offset
//		Instrument uint32   //  0
//		Venue      uint16   //  4
//		_          [2]byte  //  6  written out, so that nothing is hidden
//		Price      float64  //  8
//	}                       // 16 bytes
//
// Blank fields of size zero, such as structs.HostLayout, are markers and always allowed. The types of
// sync/atomic that hold a fixed-size integer are allowed too: memory shared with a peer needs them.
//
// # Byte order
//
// A plain uint32 field has the byte order of the machine: right for memory shared on one host. Bytes
// that leave the host use [U32LE], [U32BE] and the like, which fix the order and have alignment 1, so
// that they can stand at any offset without padding. [Hash] tells the two apart.
//
// # Lifetime
//
// What View, Prefix, Suffix, Slice, Bytes and SliceBytes return aliases its argument: it is valid as
// long as that memory is, sees every later write to it, and keeps it alive if it is Go memory. Memory
// that is unmapped is not kept alive by anything. Slices are returned with their capacity cut to their
// length. In memory that a peer may write to, use [Load], validate the copy and use the copy.
//
// # Errors
//
// Three mistakes are kept apart: *[TypeError] (the type can never work), *[SizeError] (too few or too
// many bytes) and *[AlignError] (the right bytes at the wrong address). They are reported in this
// order. Functions without an error result panic with the *TypeError: T is chosen by the program that
// calls, never by a peer. The functions that return views do not allocate unless they fail.
package layout
