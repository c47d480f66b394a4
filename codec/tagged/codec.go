package tagged

import (
	"reflect"

	"github.com/shmring/ipc/codec"
)

// Of returns the codec of T, which may be any. It is immutable and safe for concurrent use.
func Of[T any](opts ...Option) codec.Codec[T] { return taggedCodec[T]{New(opts...)} }

type taggedCodec[T any] struct{ format *Format }

// Name returns "tagged".
func (c taggedCodec[T]) Name() string { return "tagged" }

// Size returns the exact number of bytes that Append would add, without encoding.
func (c taggedCodec[T]) Size(v *T) (int, error) { return c.format.size(reflect.ValueOf(v).Elem()) }

// Append appends the encoding of *v to dst. On error, an [Error], dst comes back as it was.
func (c taggedCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	return c.format.append(dst, reflect.ValueOf(v).Elem())
}

// Decode replaces *v with the one value in src. On error, an [Error], *v is untouched.
func (c taggedCodec[T]) Decode(src []byte, v *T) error { return c.decode(src, v, false) }

// DecodeBorrow is Decode, except that strings and byte slices alias src, map keys and the contents of
// an any included.
func (c taggedCodec[T]) DecodeBorrow(src []byte, v *T) error { return c.decode(src, v, true) }

func (c taggedCodec[T]) decode(src []byte, v *T, borrow bool) error {
	var fresh T
	if err := c.format.decode(src, reflect.ValueOf(&fresh).Elem(), borrow); err != nil {
		return err
	}
	*v = fresh
	return nil
}
