package bincode

import (
	"reflect"
	"unsafe"
)

// This file is the only place where the package turns addresses into Go values. A program's offsets come
// from reflect, for the type whose values it is run on; that is what every proof below rests on.

// ptr is the address of a value, or of a field of one.
type ptr = unsafe.Pointer

// at reads the address as one of a T.
func at[T any](p ptr) *T {
	// SAFETY: (unsafe.Pointer rule 1) callers pass the address of a live value whose type, as compiled
	// into the step that calls, has the memory layout of T. T is a byte array where alignment is unknown.
	return (*T)(p)
}

// add moves an address within its value.
func add(p ptr, off uintptr) ptr {
	// SAFETY: (rule 3) off is a field offset or an element offset inside the value at p.
	return unsafe.Add(p, off)
}

// raw shows n bytes of a pointer-free stretch of memory.
func raw(p ptr, n int) []byte {
	// SAFETY: n bytes at p belong to one value and hold no pointers, so any bytes may be stored.
	return unsafe.Slice((*byte)(p), n)
}

// text makes a string of bytes that nobody will change while the string is in use.
func text(b []byte) string {
	// SAFETY: b is either memory of this decoder, never written again, or the caller's source in a
	// borrowing decode, whose contract forbids to change it.
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// bufferOf is the address of the first byte of b.
func bufferOf(b []byte) ptr { return ptr(unsafe.SliceData(b)) }

// sliceHeader is the memory of every slice.
type sliceHeader struct {
	data     ptr
	len, cap int
}

// lenOffset is where strings and slices have their length.
const lenOffset = unsafe.Offsetof(sliceHeader{}.len)

// wordsOf allocates n bytes without pointers, aligned for every Go type.
func wordsOf(n int) ptr {
	// SAFETY: the garbage collector sees one pointer-free object; it is only used for types without pointers.
	return ptr(unsafe.SliceData(make([]uint64, (n+7)/8)))
}

// pointerTo gives the address of *v.
func pointerTo[T any](v *T) ptr { return ptr(v) }

// dataOf gives the address of v, which is what the interface at p holds.
func dataOf(p ptr, v reflect.Value) ptr {
	word := &at[[2]ptr](p)[1]
	switch t := v.Type(); {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Map:
		// SAFETY: an interface is two words; the second is the value itself where that is a pointer.
		return ptr(word)
	case hasPointers(t) && t.Size() == unsafe.Sizeof(p):
		// A struct or array around one pointer may stand in the word or behind it: work on a copy.
		c := reflect.New(t)
		c.Elem().Set(v)
		return c.UnsafePointer()
	default:
		// SAFETY: any other value is behind the second word and never changes; callers only read.
		return *word
	}
}

// zero clears n bytes at p, memory of a type that holds pointers.
func zero(p ptr, n int) {
	// SAFETY: such a type has the alignment of a pointer and its size is a multiple of a pointer's, so the
	// memory is whole words; as pointers they are cleared with the barriers that the collector needs.
	clear(unsafe.Slice((*ptr)(p), n/int(unsafe.Sizeof(p))))
}

// stringAt, sliceAt and bytesAt read the value at p by its kind.
func stringAt(p ptr) *string     { return at[string](p) }
func sliceAt(p ptr) *sliceHeader { return at[sliceHeader](p) }
func bytesAt(p ptr) []byte       { return *at[[]byte](p) }
func bytesPtr(p ptr) *[]byte     { return at[[]byte](p) }
