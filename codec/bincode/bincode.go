package bincode

import "sync"

// standard is the format of the package's functions. It is a cache of programs and has no other state.
var standard = sync.OnceValue(func() *Format { return New() })

// Marshal returns the encoding of v: fixed-width integers, little endian, as Rust's bincode::serialize.
func Marshal(v any) ([]byte, error) { return standard().Marshal(v) }

// Append adds the encoding of v to dst; see [Format.Append].
func Append(dst []byte, v any) ([]byte, error) { return standard().Append(dst, v) }

// Unmarshal decodes src into *v, as Rust's bincode::deserialize; see [Format.Unmarshal].
func Unmarshal(src []byte, v any) error { return standard().Unmarshal(src, v) }

// UnmarshalBorrow decodes src into *v with strings and byte slices aliasing src; see [Format.UnmarshalBorrow].
func UnmarshalBorrow(src []byte, v any) error { return standard().UnmarshalBorrow(src, v) }

// Size returns the number of bytes that Marshal would return for v.
func Size(v any) (int, error) { return standard().Size(v) }
