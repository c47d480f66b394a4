package formats

import (
	"bytes"
	"encoding/gob"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/json"
	"github.com/shmring/ipc/codec/msgpack"
	"github.com/shmring/ipc/codec/tagged"
)

// A Contender is a format with one value to encode and decode.
type Contender struct {
	Name   string
	Encode func() ([]byte, error) // valid until the next call
	Decode func(*Sample) error    // of what Encode makes
	Borrow func(*Sample) error    // the same without copying text and blobs; nil if the format has no such thing
}

// All returns every format, each with the value v.
func All(v *Sample) ([]Contender, error) {
	var all []Contender
	for _, c := range []codec.Codec[Sample]{bincode.Of[Sample](), tagged.Of[Sample](), msgpack.Of[Sample](), json.Of[Sample]()} {
		one, err := ofCodec(c, v)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	one, err := ofGob(v)
	return append(all, one), err
}

func ofCodec(c codec.Codec[Sample], v *Sample) (Contender, error) {
	src, err := c.Append(nil, v)
	if err != nil {
		return Contender{}, err
	}
	var dst []byte
	one := Contender{
		Name: c.Name(),
		Encode: func() (_ []byte, err error) {
			dst, err = c.Append(dst[:0], v)
			return dst, err
		},
		Decode: func(out *Sample) error { return c.Decode(src, out) },
	}
	if c.Name() == "bincode" || c.Name() == "tagged" { // the others' libraries copy in any case
		one.Borrow = func(out *Sample) error { return c.DecodeBorrow(src, out) }
	}
	return one, nil
}

// ofGob uses gob as it is meant to be: one encoder and one decoder for a whole stream, which describes its
// types once, at its beginning.
func ofGob(v *Sample) (Contender, error) {
	var dst bytes.Buffer
	encoder := gob.NewEncoder(&dst)
	if err := encoder.Encode(v); err != nil {
		return Contender{}, err
	}
	stream := &repeating{first: bytes.Clone(dst.Bytes())}
	dst.Reset()
	if err := encoder.Encode(v); err != nil {
		return Contender{}, err
	}
	stream.then = bytes.Clone(dst.Bytes())
	decoder := gob.NewDecoder(stream)
	return Contender{
		Name: "gob",
		Encode: func() ([]byte, error) {
			dst.Reset()
			err := encoder.Encode(v)
			return dst.Bytes(), err
		},
		Decode: func(out *Sample) error { return decoder.Decode(out) },
	}, nil
}

// repeating is a stream: one message with the types, then another one for ever. It reads bytes one by one
// too, so that gob adds no buffer of its own.
type repeating struct {
	first, then []byte
	rest        []byte
	begun       bool
}

func (r *repeating) fill() {
	if len(r.rest) > 0 {
		return
	}
	if r.rest = r.then; !r.begun {
		r.rest, r.begun = r.first, true
	}
}

func (r *repeating) Read(b []byte) (int, error) {
	r.fill()
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *repeating) ReadByte() (byte, error) {
	r.fill()
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b, nil
}
