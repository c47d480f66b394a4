package bincode

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/shmring/ipc/codec"
)

// prefix is the number of bytes before a sized record: its length, u32, little endian in every configuration.
const prefix = 4

// MarshalSized returns the encoding of v behind its length in bytes as u32, little endian. More than 2³²-1
// bytes are [ErrLimit].
func MarshalSized(v any) ([]byte, error) { return standard().AppendSized(nil, v) }

// UnmarshalSized decodes the record at the start of src, written by [MarshalSized], into *v and returns the
// number of bytes it takes with its length: the next record starts there. Input that ends inside it is
// [ErrEOF].
func UnmarshalSized(src []byte, v any) (int, error) { return standard().UnmarshalSized(src, v) }

// AppendSized is [MarshalSized] in this format, behind dst. On error dst comes back unchanged.
func (f *Format) AppendSized(dst []byte, v any) ([]byte, error) {
	return appendSized(dst, func(dst []byte) ([]byte, error) { return f.Append(dst, v) })
}

// UnmarshalSized is the function of that name in this format.
func (f *Format) UnmarshalSized(src []byte, v any) (int, error) {
	record, err := sized(src)
	if err != nil {
		return 0, err
	}
	return prefix + len(record), f.Unmarshal(record, v)
}

func appendSized(dst []byte, encode func([]byte) ([]byte, error)) ([]byte, error) {
	start := len(dst)
	out, err := encode(append(dst, make([]byte, prefix)...))
	if err != nil {
		return dst, err
	}
	n := len(out) - start - prefix
	if uint64(n) > math.MaxUint32 {
		return dst, &Error{Op: "encode", Offset: -1, Class: ErrLimit, Detail: "a sized record holds up to 2³²-1 bytes"}
	}
	binary.LittleEndian.PutUint32(out[start:], uint32(n))
	return out, nil
}

// sized returns the record at the start of src, without its length.
func sized(src []byte) ([]byte, error) {
	if len(src) < prefix {
		return nil, shortRecord(prefix, len(src))
	}
	n := uint64(binary.LittleEndian.Uint32(src))
	if n > uint64(len(src)-prefix) {
		return nil, shortRecord(n, len(src)-prefix)
	}
	return src[prefix:][:n:n], nil
}

// BatchError says which record of a batch failed.
type BatchError struct {
	Index  int // of the record, from 0
	Offset int // of the record's length in the batch, in bytes; while encoding, the length of dst before it
	Err    error
}

// AppendBatch adds the values to dst, each as a sized record, in the encoding of c: the bytes that an
// [Encoder] writes. On error dst comes back unchanged and the error is a *[BatchError].
func AppendBatch[T any](dst []byte, c codec.Codec[T], values []T) ([]byte, error) {
	out := dst
	for i := range values {
		var err error
		n := len(out)
		if out, err = appendSized(out, func(b []byte) ([]byte, error) { return c.Append(b, &values[i]) }); err != nil {
			return dst, &BatchError{i, n, err}
		}
	}
	return out, nil
}

// DecodeBatch decodes all sized records of src and adds the values to dst. On error it returns the values of
// the records before the bad one, and a *[BatchError]; a record that is whole but bad does not hide where the
// next begins.
func DecodeBatch[T any](dst []T, c codec.Codec[T], src []byte) ([]T, error) {
	for i, at := 0, 0; at < len(src); i++ {
		record, err := sized(src[at:])
		if err != nil {
			return dst, &BatchError{i, at, err}
		}
		dst = append(slices.Grow(dst, 1), *new(T))
		if err := c.Decode(record, &dst[len(dst)-1]); err != nil {
			return dst[:len(dst)-1], &BatchError{i, at, err}
		}
		at += prefix + len(record)
	}
	return dst, nil
}
