package msgpack

import (
	"bytes"
	"fmt"
	"sync"

	lib "github.com/vmihailenco/msgpack/v5"

	"github.com/shmring/ipc/codec"
)

// DefaultMaxDepth is the number of arrays and maps that may be nested when [MaxDepth] is not given.
const DefaultMaxDepth = 1000

// Option changes a codec while it is made.
type Option func(*options)

type options struct{ depth int }

// MaxDepth sets how many arrays and maps a source may nest: n ≥ 0, where 0 allows scalars and empty
// containers only. The library recurses once per level, at well under 1 KiB of stack each. A negative
// n panics.
func MaxDepth(n int) Option {
	if n < 0 {
		panic(fmt.Sprintf("codec/msgpack: MaxDepth(%d)", n))
	}
	return func(o *options) { o.depth = n }
}

// Of returns the MessagePack codec of T. It is immutable and safe for concurrent use.
func Of[T any](opts ...Option) codec.Codec[T] {
	o := options{depth: DefaultMaxDepth}
	for _, opt := range opts {
		opt(&o)
	}
	return &msgpackCodec[T]{
		depth:    o.depth,
		encoders: sync.Pool{New: newEncoder},
		decoders: sync.Pool{New: newDecoder},
	}
}

type msgpackCodec[T any] struct {
	depth    int
	encoders sync.Pool // of *encoder
	decoders sync.Pool // of *decoder
}

// encoder is a library encoder bound to the output it writes to, kept for reuse.
type encoder struct {
	lib *lib.Encoder
	out output
}

func newEncoder() any {
	e := new(encoder)
	e.lib = lib.NewEncoder(&e.out)
	e.lib.SetSortMapKeys(true)
	e.lib.UseCompactInts(true)
	return e
}

// decoder is a library decoder bound to the reader it reads from, kept for reuse.
type decoder struct {
	lib *lib.Decoder
	in  bytes.Reader
}

func newDecoder() any {
	d := new(decoder)
	d.lib = lib.NewDecoder(&d.in)
	d.lib.UseLooseInterfaceDecoding(true)
	return d
}

// Name returns "msgpack".
func (c *msgpackCodec[T]) Name() string { return "msgpack" }

// Size returns the length of the encoding of *v in bytes. It encodes into a counter.
// Errors are those of Append.
func (c *msgpackCodec[T]) Size(v *T) (int, error) {
	e := c.encoders.Get().(*encoder)
	defer c.encoders.Put(e)
	e.out = output{counting: true}
	if err := e.lib.Encode(v); err != nil {
		return 0, fmt.Errorf("%w: encode: %w", ErrValue, err)
	}
	return e.out.n, nil
}

// Append appends the encoding of *v to dst. A value without a MessagePack form is [ErrValue], and dst
// comes back as it was.
func (c *msgpackCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	e := c.encoders.Get().(*encoder)
	defer c.encoders.Put(e)
	e.out = output{buf: dst}
	err := e.lib.Encode(v)
	buf := e.out.buf
	e.out = output{}
	if err != nil {
		return dst, fmt.Errorf("%w: encode: %w", ErrValue, err)
	}
	return buf, nil
}

// Decode replaces *v with the one value in src. Fields that src does not name are zero afterwards,
// not what they were. On error, one of the package's sentinels, *v is untouched.
func (c *msgpackCodec[T]) Decode(src []byte, v *T) error {
	stamps, err := check(src, c.depth)
	if err != nil {
		return err
	}
	if stamps != nil {
		src = widenStamps(src, stamps)
	}
	var fresh T
	d := c.decoders.Get().(*decoder)
	if err := d.decode(src, &fresh); err != nil {
		return err // and the decoder, which may hold a half-read state, is dropped
	}
	c.decoders.Put(d)
	*v = fresh
	return nil
}

// DecodeBorrow is Decode: the library always copies.
func (c *msgpackCodec[T]) DecodeBorrow(src []byte, v *T) error { return c.Decode(src, v) }

// decode lets the library decode src, which [check] has passed, into the pointer v. The library
// panics where reflection does, for instance on an array as key of a map[any]any: a peer can send
// that, so it comes back as an error.
func (d *decoder) decode(src []byte, v any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: decode: %v", ErrValue, r)
		}
	}()
	d.in.Reset(src)
	d.lib.ResetReader(&d.in)
	err = d.lib.Decode(v)
	left := d.in.Len()
	d.in.Reset(nil)
	if err != nil {
		return fmt.Errorf("%w: decode: %w", ErrValue, err)
	}
	if left > 0 {
		return &Error{Err: ErrTrailing, Offset: len(src) - left, Got: uint64(left)}
	}
	return nil
}
