package msgpack

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"sync"

	lib "github.com/vmihailenco/msgpack/v5"

	"github.com/shmring/ipc/codec"
)

// Of returns the MessagePack codec of T. It is immutable and safe for concurrent use. Where T has no MessagePack form,
// or one that would not decode, every method returns an error that names the reason and is [ErrValue].
func Of[T any](opts ...Option) codec.Codec[T] {
	o, known := newOptions(opts), new(plans)
	p := known.of(reflect.TypeFor[T]())
	if err := cmp.Or(p.broken, p.oneWay); err != nil {
		return refused[T]{err}
	}
	return &msgpackCodec[T]{
		plan:     p,
		checker:  valueChecker{known, o.depth},
		memory:   o.memory,
		encoders: sync.Pool{New: newEncoder},
		decoders: sync.Pool{New: newDecoder},
	}
}

type msgpackCodec[T any] struct {
	plan     *plan
	checker  valueChecker
	memory   int
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
	return d
}

// Name returns "msgpack".
func (c *msgpackCodec[T]) Name() string { return "msgpack" }

// Size returns the length of the encoding of *v in bytes. It encodes into a counter.
// Errors are those of Append.
func (c *msgpackCodec[T]) Size(v *T) (int, error) {
	out, err := c.encode(output{counting: true}, v)
	return out.n, err
}

// Append appends the encoding of *v to dst. A value without a MessagePack form is [ErrValue], one that nests deeper
// than [MaxDepth] or contains itself is [ErrDepth]; dst then comes back as it was.
func (c *msgpackCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	out, err := c.encode(output{buf: dst}, v)
	if err != nil {
		return dst, err
	}
	return out.buf, nil
}

// encode lets the library encode *v to out. A panic, such as that of a method which meets a nil pointer, comes back
// as an error.
func (c *msgpackCodec[T]) encode(out output, v *T) (done output, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: encode: %v", ErrValue, r)
		}
	}()
	if err := c.checker.value(c.plan, reflect.ValueOf(v).Elem(), position{}); err != nil {
		return output{}, err
	}
	e := c.encoders.Get().(*encoder)
	e.out = out
	if err := e.lib.Encode(v); err != nil {
		return output{}, fmt.Errorf("%w: encode: %w", ErrValue, err)
	}
	done, e.out = e.out, output{}
	c.encoders.Put(e) // after an error it is dropped
	return done, nil
}

// Decode replaces *v with the one value in src. Fields that src does not name are zero afterwards,
// not what they were. On error, one of the package's sentinels, *v is untouched.
func (c *msgpackCodec[T]) Decode(src []byte, v *T) error {
	stamps, err := checkSource(src, c.checker.maxDepth)
	if err != nil {
		return err
	}
	if stamps != nil {
		src = widenStamps(src, stamps)
	}
	if err := checkMemory(src, c.plan, c.memory); err != nil {
		return err
	}
	var fresh T
	d := c.decoders.Get().(*decoder)
	if err := d.decode(src, &fresh); err != nil {
		return err // and the decoder, which may hold a half-read state, is dropped
	}
	c.decoders.Put(d)
	if err := widen(c.plan, reflect.ValueOf(&fresh).Elem()); err != nil {
		return err
	}
	*v = fresh
	return nil
}

// DecodeBorrow is Decode: the library always copies.
func (c *msgpackCodec[T]) DecodeBorrow(src []byte, v *T) error { return c.Decode(src, v) }

// decode lets the library decode src, which [checkSource] has passed, into the pointer v. The library
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

// refused is the codec of a type that the library cannot handle.
type refused[T any] struct{ err error }

func (refused[T]) Name() string                              { return "msgpack" }
func (r refused[T]) Size(*T) (int, error)                    { return 0, r.err }
func (r refused[T]) Append(dst []byte, _ *T) ([]byte, error) { return dst, r.err }
func (r refused[T]) Decode([]byte, *T) error                 { return r.err }
func (r refused[T]) DecodeBorrow([]byte, *T) error           { return r.err }
