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
	return &typed[T]{&r.config, p, (p.simple || p.row) && !r.limited}
}

// typed runs a program.
type typed[T any] struct {
	config  *config
	program *program
	short   bool // the short road is open
}

func (c *typed[T]) Name() string { return "bincode" }

func (c *typed[T]) Size(v *T) (int, error) {
	if v == nil {
		return 0, nilError[T]("encode")
	}
	e := newEncoder(c.config, c.config.depth)
	return e.measure(c.program, pointerTo(v), c.program.typ)
}

func (c *typed[T]) Append(dst []byte, v *T) ([]byte, error) {
	if v == nil {
		return dst, nilError[T]("encode")
	}
	if c.short {
		if out, ok := c.program.appendSimple(dst, pointerTo(v)); ok {
			return out, nil
		}
	}
	e := newEncoder(c.config, c.config.depth)
	return e.append(dst, c.program, pointerTo(v), c.program.typ)
}

func (c *typed[T]) Decode(src []byte, v *T) error { return c.decode(src, v, false) }

func (c *typed[T]) DecodeBorrow(src []byte, v *T) error { return c.decode(src, v, true) }

func (c *typed[T]) decode(src []byte, v *T, borrow bool) error {
	if v == nil {
		return nilError[T]("decode")
	}
	if c.short {
		if _, ok := c.program.decodeSimple(src, pointerTo(v), borrow, c.config.reject); ok {
			return nil
		}
	}
	d := newDecoder(c.config, c.config.depth, src)
	d.borrow, d.trailing = borrow, c.config.reject
	_, err := d.run(c.program, pointerTo(v), c.program.typ)
	return err
}

// direct runs the methods that the generator gave T.
type direct[T any] struct{}

func (direct[T]) Name() string { return "bincode" }

func (direct[T]) Size(v *T) (int, error) {
	if v == nil {
		return 0, nilError[T]("encode")
	}
	return any(v).(Sizer).SizeBincode()
}

func (direct[T]) Append(dst []byte, v *T) ([]byte, error) {
	if v == nil {
		return dst, nilError[T]("encode")
	}
	out, err := any(v).(Appender).AppendBincode(dst)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (direct[T]) Decode(src []byte, v *T) error {
	if v == nil {
		return nilError[T]("decode")
	}
	_, err := any(v).(Unmarshaler).UnmarshalBincode(src)
	return err
}

func (direct[T]) DecodeBorrow(src []byte, v *T) error {
	if v == nil {
		return nilError[T]("decode")
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

func nilError[T any](op string) error {
	return &Error{Op: op, Type: reflect.TypeFor[T]().String(), Offset: -1, Class: ErrType, Detail: "got a nil pointer, allowed a value"}
}
