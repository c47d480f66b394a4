package json

import (
	stdjson "encoding/json"
	"fmt"
	"reflect"
	"sync"

	"github.com/shmring/ipc/codec"
)

// Of returns the JSON codec of T. It is immutable and safe for concurrent use. Where encoding/json would lose what a
// T holds, or never end, every method returns an error that names the reason and is a *json.UnsupportedTypeError.
func Of[T any]() codec.Codec[T] {
	if err := check(reflect.TypeFor[T](), make(map[reflect.Type]bool)); err != nil {
		return refused[T]{err}
	}
	return &jsonCodec[T]{encoders: sync.Pool{New: newEncoder}}
}

type jsonCodec[T any] struct {
	encoders sync.Pool // of *encoder
}

// Name returns "json".
func (c *jsonCodec[T]) Name() string { return "json" }

// Size returns the length of the text of *v in bytes. It encodes into a counter.
// Errors are those of Append.
func (c *jsonCodec[T]) Size(v *T) (int, error) {
	out, err := c.encode(output{counting: true}, v)
	return out.n, err
}

// Append appends the text of *v to dst. Errors wrap those of encoding/json, such as
// *json.UnsupportedValueError for NaN, and leave dst as it was.
func (c *jsonCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	out, err := c.encode(output{buf: dst}, v)
	if err != nil {
		return dst, err
	}
	return out.buf, nil
}

// encode lets encoding/json write *v to out.
func (c *jsonCodec[T]) encode(out output, v *T) (done output, err error) {
	defer guard("encode", &err)
	e := c.encoders.Get().(*encoder)
	e.out = out
	if err := e.json.Encode(v); err != nil {
		return output{}, fmt.Errorf("codec/json: encode: %w", err)
	}
	done, e.out = e.out, output{}
	c.encoders.Put(e) // after an error it is dropped
	return done, nil
}

// guard turns a panic into an error. Methods of a value panic on what a peer can send, such as an object for a
// struct whose MarshalJSON is that of an embedded nil pointer.
func guard(op string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("codec/json: %s: panic: %v", op, r)
	}
}

// Decode replaces *v with the value whose text is src. Fields that the text does not name are zero
// afterwards, not what they were. Errors wrap those of encoding/json, such as *json.SyntaxError and
// *json.UnmarshalTypeError, and leave *v untouched.
func (c *jsonCodec[T]) Decode(src []byte, v *T) (err error) {
	defer guard("decode", &err)
	var fresh T
	if err := stdjson.Unmarshal(src, &fresh); err != nil {
		return fmt.Errorf("codec/json: decode: %w", err)
	}
	*v = fresh
	return nil
}

// DecodeBorrow is Decode: JSON strings and base64 blobs cannot be lent from their text.
func (c *jsonCodec[T]) DecodeBorrow(src []byte, v *T) error { return c.Decode(src, v) }

// refused is the codec of a type that encoding/json cannot handle.
type refused[T any] struct{ err error }

func (refused[T]) Name() string                              { return "json" }
func (r refused[T]) Size(*T) (int, error)                    { return 0, r.err }
func (r refused[T]) Append(dst []byte, _ *T) ([]byte, error) { return dst, r.err }
func (r refused[T]) Decode([]byte, *T) error                 { return r.err }
func (r refused[T]) DecodeBorrow([]byte, *T) error           { return r.err }
