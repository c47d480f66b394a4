package bincode

import (
	"reflect"

	"github.com/shmring/ipc/codec"
)

// Of returns the codec of T in the configuration that the options describe. T is compiled here, once; the
// codec's methods look nothing up. Where T has no bincode form every method returns the [ErrType] that
// says why.
func Of[T any](opts ...Option) codec.Codec[T] {
	r := New(opts...).inline
	p, err := r.of(reflect.TypeFor[T](), &r.config)
	if err != nil {
		return broken[T]{err}
	}
	if _, ok := any((*T)(nil)).(generated[T]); ok && p.generated {
		return direct[T]{}
	}
	m := &machine{&r.config, p}
	if p.simple && !r.limited {
		return fastTyped[T]{typed[T]{m}}
	}
	return typed[T]{m}
}

// typed runs a program. Its methods are so short that the compiler makes them one with the callers that interfaces
// have.
type typed[T any] struct{ m *machine }

func (c typed[T]) Name() string                            { return "bincode" }
func (c typed[T]) Size(v *T) (int, error)                  { return c.m.size(pointerTo(v)) }
func (c typed[T]) Append(dst []byte, v *T) ([]byte, error) { return c.m.append(dst, pointerTo(v)) }
func (c typed[T]) Decode(src []byte, v *T) error           { return c.m.decode(src, pointerTo(v), false) }
func (c typed[T]) DecodeBorrow(src []byte, v *T) error     { return c.m.decode(src, pointerTo(v), true) }

// fastTyped runs the fast form of a program, and the program where that gives up.
type fastTyped[T any] struct{ typed[T] }

func (c fastTyped[T]) Append(dst []byte, v *T) ([]byte, error) {
	return c.m.program.appendFast(dst, pointerTo(v), 1, c.m)
}

func (c fastTyped[T]) Decode(src []byte, v *T) error {
	return c.m.decodeFast(src, pointerTo(v), false)
}

func (c fastTyped[T]) DecodeBorrow(src []byte, v *T) error {
	return c.m.decodeFast(src, pointerTo(v), true)
}

// direct runs the methods that the generator gave T.
type direct[T any] struct{}

func (direct[T]) Name() string { return "bincode" }

func (direct[T]) Size(v *T) (int, error) {
	if v == nil {
		return 0, nilError(reflect.TypeFor[T](), "encode")
	}
	return any(v).(Sizer).SizeBincode()
}

func (direct[T]) Append(dst []byte, v *T) ([]byte, error) {
	if v == nil {
		return dst, nilError(reflect.TypeFor[T](), "encode")
	}
	out, err := any(v).(Appender).AppendBincode(dst)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (direct[T]) Decode(src []byte, v *T) error {
	if v == nil {
		return nilError(reflect.TypeFor[T](), "decode")
	}
	_, err := any(v).(Unmarshaler).UnmarshalBincode(src)
	return err
}

func (direct[T]) DecodeBorrow(src []byte, v *T) error {
	if v == nil {
		return nilError(reflect.TypeFor[T](), "decode")
	}
	_, err := any(v).(BorrowUnmarshaler).UnmarshalBincodeBorrow(src)
	return err
}

// broken is the codec of a type without a bincode form.
type broken[T any] struct{ err error }

func (c broken[T]) Name() string                            { return "bincode" }
func (c broken[T]) Size(*T) (int, error)                    { return 0, c.err }
func (c broken[T]) Append(dst []byte, _ *T) ([]byte, error) { return dst, c.err }
func (c broken[T]) Decode([]byte, *T) error                 { return c.err }
func (c broken[T]) DecodeBorrow([]byte, *T) error           { return c.err }

func nilError(t reflect.Type, op string) error {
	return &Error{Op: op, Type: t.String(), Offset: -1, Class: ErrType, Detail: "got a nil pointer, allowed a value"}
}
