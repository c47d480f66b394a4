package json

import (
	stdjson "encoding/json"
	"fmt"
	"sync"

	"github.com/shmring/ipc/codec"
)

// Of returns the JSON codec of T. It is immutable and safe for concurrent use.
func Of[T any]() codec.Codec[T] {
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
	e := c.encoders.Get().(*encoder)
	defer c.encoders.Put(e)
	e.out = output{counting: true}
	if err := e.json.Encode(v); err != nil {
		return 0, fmt.Errorf("codec/json: encode: %w", err)
	}
	return e.out.n, nil
}

// Append appends the text of *v to dst. Errors wrap those of encoding/json, such as
// *json.UnsupportedValueError for NaN, and leave dst as it was.
func (c *jsonCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	e := c.encoders.Get().(*encoder)
	defer c.encoders.Put(e)
	e.out = output{buf: dst}
	err := e.json.Encode(v)
	buf := e.out.buf
	e.out = output{}
	if err != nil {
		return dst, fmt.Errorf("codec/json: encode: %w", err)
	}
	return buf, nil
}

// Decode replaces *v with the value whose text is src. Fields that the text does not name are zero
// afterwards, not what they were. Errors wrap those of encoding/json, such as *json.SyntaxError and
// *json.UnmarshalTypeError, and leave *v untouched.
func (c *jsonCodec[T]) Decode(src []byte, v *T) error {
	var fresh T
	if err := stdjson.Unmarshal(src, &fresh); err != nil {
		return fmt.Errorf("codec/json: decode: %w", err)
	}
	*v = fresh
	return nil
}

// DecodeBorrow is Decode: JSON strings and base64 blobs cannot be lent from their text.
func (c *jsonCodec[T]) DecodeBorrow(src []byte, v *T) error { return c.Decode(src, v) }
