package zstd

import (
	"fmt"
	"sync"

	lib "github.com/klauspost/compress/zstd"

	"github.com/shmring/ipc/codec"
)

// The first byte of every record.
const (
	raw    = 0 // the inner encoding follows as it is
	packed = 1 // one frame of it follows
)

// keep is the largest scratch buffer, in bytes, that is kept for the next call.
const keep = 1 << 20

// Of returns a codec that encodes with inner and compresses what comes out long. It is immutable and
// safe for concurrent use if inner is. A nil inner panics.
func Of[T any](inner codec.Codec[T], opts ...Option) codec.Codec[T] {
	if inner == nil {
		panic("codec/zstd: Of(nil)")
	}
	c := &zstdCodec[T]{
		inner:   inner,
		options: options{threshold: DefaultThreshold, maxSize: DefaultMaxSize, level: Fastest},
		scratch: sync.Pool{New: func() any { return new(scratch) }},
	}
	for _, opt := range opts {
		opt(&c.options)
	}
	c.enc, c.dec = c.packer(), c.unpacker()
	return c
}

type zstdCodec[T any] struct {
	options
	inner   codec.Codec[T]
	enc     *lib.Encoder
	dec     *lib.Decoder
	scratch sync.Pool // of *scratch
}

// scratch holds the inner encoding of a value and its frame while one of the two is chosen.
type scratch struct{ plain, frame []byte }

// Name returns "zstd(inner)" with the inner codec's name.
func (c *zstdCodec[T]) Name() string { return "zstd(" + c.inner.Name() + ")" }

// Size returns the exact number of bytes Append would add. From the threshold on it compresses to
// find out. Errors are those of Append.
func (c *zstdCodec[T]) Size(v *T) (int, error) {
	n, err := c.plainSize(v)
	if err != nil {
		return 0, err
	}
	if n < c.threshold {
		return 1 + n, nil
	}
	s := c.scratch.Get().(*scratch)
	defer c.putBack(s)
	if err := c.pack(s, v); err != nil {
		return 0, err
	}
	return 1 + min(len(s.plain), len(s.frame)), nil
}

// Append appends the record of *v to dst. A value whose inner encoding exceeds [MaxSize] is a
// [SizeError]; other errors are those of the inner codec. On error dst comes back as it was.
func (c *zstdCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	n, err := c.plainSize(v)
	if err != nil {
		return dst, err
	}
	if n < c.threshold {
		out, err := c.inner.Append(append(dst, raw), v)
		if err != nil {
			return dst, err
		}
		return out, nil
	}
	s := c.scratch.Get().(*scratch)
	defer c.putBack(s)
	if err := c.pack(s, v); err != nil {
		return dst, err
	}
	if len(s.frame) < len(s.plain) {
		return append(append(dst, packed), s.frame...), nil
	}
	return append(append(dst, raw), s.plain...), nil
}

// plainSize returns the length of the inner encoding of *v, if it is within the limit.
func (c *zstdCodec[T]) plainSize(v *T) (int, error) {
	n, err := c.inner.Size(v)
	if err == nil && n > c.maxSize {
		err = &SizeError{Size: uint64(n), Limit: uint64(c.maxSize)}
	}
	return n, err
}

// pack fills s with the inner encoding of *v and its frame.
func (c *zstdCodec[T]) pack(s *scratch, v *T) (err error) {
	if s.plain, err = c.inner.Append(s.plain[:0], v); err != nil {
		return err
	}
	s.frame = c.enc.EncodeAll(s.plain, s.frame[:0])
	return nil
}

// putBack keeps s for the next call, without buffers that have grown beyond what is worth keeping.
func (c *zstdCodec[T]) putBack(s *scratch) {
	if cap(s.plain) > keep {
		s.plain = nil
	}
	if cap(s.frame) > keep {
		s.frame = nil
	}
	c.scratch.Put(s)
}

// Decode replaces *v with the value in src. Errors are [ErrCorrupt], a [SizeError], or those of the
// inner codec; they leave *v untouched.
func (c *zstdCodec[T]) Decode(src []byte, v *T) error {
	body, compressed, err := open(src)
	if err != nil {
		return err
	}
	if !compressed {
		return c.checked(body, v, c.inner.Decode)
	}
	s := c.scratch.Get().(*scratch)
	defer c.putBack(s)
	if s.plain, err = c.unpack(s.plain[:0], body); err != nil {
		return err
	}
	return c.inner.Decode(s.plain, v)
}

// DecodeBorrow is Decode with the inner codec's DecodeBorrow: from src if the value travelled as it
// was, otherwise from a new buffer that belongs to *v.
func (c *zstdCodec[T]) DecodeBorrow(src []byte, v *T) error {
	body, compressed, err := open(src)
	if err != nil {
		return err
	}
	if !compressed {
		return c.checked(body, v, c.inner.DecodeBorrow)
	}
	plain, err := c.unpack(nil, body)
	if err != nil {
		return err
	}
	return c.inner.DecodeBorrow(plain, v)
}

// checked decodes a body that travelled as it was, if the limit allows its length.
func (c *zstdCodec[T]) checked(body []byte, v *T, decode func([]byte, *T) error) error {
	if len(body) > c.maxSize {
		return &SizeError{Size: uint64(len(body)), Limit: uint64(c.maxSize)}
	}
	return decode(body, v)
}

// open splits a record into its body and whether that is compressed.
func open(src []byte) (body []byte, compressed bool, err error) {
	if len(src) == 0 {
		return nil, false, fmt.Errorf("%w: empty record", ErrCorrupt)
	}
	if src[0] > packed {
		return nil, false, fmt.Errorf("%w: first byte 0x%02x, want 00 or 01", ErrCorrupt, src[0])
	}
	return src[1:], src[0] == packed, nil
}

// unpack decompresses the frame src into buf, which it replaces by a larger one if need be. On error
// it returns buf emptied.
func (c *zstdCodec[T]) unpack(buf, src []byte) ([]byte, error) {
	n, err := contentSize(src, c.maxSize)
	if err != nil {
		return buf, err
	}
	if cap(buf) < n {
		buf = make([]byte, 0, n)
	}
	out, err := c.dec.DecodeAll(src, buf)
	if err == nil && len(out) != n {
		err = fmt.Errorf("%d bytes, header claims %d", len(out), n)
	}
	if err != nil {
		return buf, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return out, nil
}
