package layout

import (
	"reflect"
	"unsafe"
)

// View returns b seen as a T. It wants exactly the size of T, at an address that suits T: else
// *[SizeError], *[AlignError], or *[TypeError] if T fails [Check]. The result aliases b.
func View[T any](b []byte) (*T, error) {
	if err := verify[T](); err != nil {
		return nil, err
	}
	if len(b) != sizeOf[T]() {
		return nil, sizeError[T](len(b), Exactly)
	}
	return overlay[T](b)
}

// Prefix returns the start of b seen as a T, and the bytes behind it. It wants at least the size of T,
// at an address that suits T: else *[SizeError], *[AlignError] or *[TypeError]. Both results alias b.
func Prefix[T any](b []byte) (*T, []byte, error) {
	if err := verify[T](); err != nil {
		return nil, nil, err
	}
	n := sizeOf[T]()
	if len(b) < n {
		return nil, nil, sizeError[T](len(b), AtLeast)
	}
	v, err := overlay[T](b)
	if err != nil {
		return nil, nil, err
	}
	return v, b[n:len(b):len(b)], nil
}

// Suffix returns the end of b seen as a T, after the bytes before it. It wants at least the size of T,
// and len(b) less that size must lead to an address that suits T: else *[SizeError], *[AlignError] or
// *[TypeError]. Both results alias b.
func Suffix[T any](b []byte) ([]byte, *T, error) {
	if err := verify[T](); err != nil {
		return nil, nil, err
	}
	n := len(b) - sizeOf[T]()
	if n < 0 {
		return nil, nil, sizeError[T](len(b), AtLeast)
	}
	v, err := overlay[T](b[n:])
	if err != nil {
		return nil, nil, err
	}
	return b[:n:n], v, nil
}

// Slice returns b seen as consecutive values of T, with capacity equal to length. It wants a multiple
// of the size of T, at an address that suits T: else *[SizeError], *[AlignError] or *[TypeError]. An
// empty b has no address and gives nil. The result aliases b; copy moves its values at memmove speed.
func Slice[T any](b []byte) ([]T, error) {
	if err := verify[T](); err != nil {
		return nil, err
	}
	n := sizeOf[T]()
	if len(b)%n != 0 {
		return nil, sizeError[T](len(b), Multiple)
	}
	if len(b) == 0 {
		return nil, nil
	}
	v, err := overlay[T](b)
	if err != nil {
		return nil, err
	}
	// SAFETY: v points to len(b) readable bytes, a multiple of the size of T, so len(b)/n values of T
	// end where b ends. overlay has proved the rest.
	return unsafe.Slice(v, len(b)/n), nil
}

// Bytes returns the bytes of *v, in the byte order of the machine except where a field fixes it. The
// result aliases *v, with capacity equal to length: writing to it changes *v, and any bytes are a
// valid T. Bytes panics if v is nil, and with a *[TypeError] if T fails [Check].
func Bytes[T any](v *T) []byte {
	mustVerify[T]()
	_ = *v // A nil v panics here like any dereference; inside unsafe.Slice it can be fatal (under -race it is).
	return bytesOf(v)
}

// SliceBytes returns the bytes of the values of s, from the first to the one at len(s)-1, with capacity
// equal to length. The result aliases s. An empty s gives an empty result. SliceBytes panics with a
// *[TypeError] if T fails [Check].
func SliceBytes[T any](s []T) []byte {
	mustVerify[T]()
	// SAFETY: s covers len(s) values of T, which lie without gaps, so the bytes are all inside s. Their
	// number cannot overflow an int, since they exist. T holds neither pointers nor padding and any bit
	// pattern is a valid T, so every byte may be read and written. A byte has no alignment.
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*sizeOf[T]())
}

// Load returns a copy of b as a T. It wants exactly the size of T, at any address: else *[SizeError],
// or *[TypeError] if T fails [Check]; with an error the result is zero. Each byte of b is read once and
// nothing refers to b afterwards, so what is validated in the result stays valid. Load is not atomic:
// if a peer writes meanwhile, the copy may hold old bytes beside new ones.
func Load[T any](b []byte) (T, error) {
	var v T
	if err := verify[T](); err != nil {
		return v, err
	}
	if len(b) != sizeOf[T]() {
		return v, sizeError[T](len(b), Exactly)
	}
	copy(bytesOf(&v), b)
	return v, nil
}

// overlay returns the address of b as a *T.
//
// Preconditions: T is verified and len(b) is at least the size of T, which is not 0.
func overlay[T any](b []byte) (*T, error) {
	p := unsafe.Pointer(unsafe.SliceData(b))
	// SAFETY: the address is only computed with, never turned back into a pointer.
	if mod := uintptr(p) & (alignOf[T]() - 1); mod != 0 {
		return nil, alignError[T](mod)
	}
	// SAFETY: "Conversion of a *T1 to Pointer to *T2", package unsafe, rule 1: T2 is no larger than the
	// memory (precondition) and both have an equivalent layout: T has no pointers that the collector
	// would have to know of, no padding, and takes any bit pattern (verified). The address has just been
	// found to be aligned.
	return (*T)(p), nil
}

// bytesOf returns the memory of *v. Preconditions: T is verified and v is not nil.
func bytesOf[T any](v *T) []byte {
	// SAFETY: as in SliceBytes, with one value.
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), sizeOf[T]())
}

func sizeOf[T any]() int {
	var v T
	return int(unsafe.Sizeof(v))
}

func alignOf[T any]() uintptr {
	var v T
	return unsafe.Alignof(v)
}

func sizeError[T any](got int, fit Fit) error {
	return &SizeError{Type: reflect.TypeFor[T](), Got: got, Want: sizeOf[T](), Fit: fit}
}

func alignError[T any](mod uintptr) error {
	return &AlignError{Type: reflect.TypeFor[T](), Got: int(mod), Want: int(alignOf[T]())}
}
