// Package codectest holds one suite for everything that [codec.Codec] promises. The codecs of this
// module run it; a codec of your own should too:
//
//	func TestMyCodecKeepsTheContract(t *testing.T) {
//		codectest.Run(t, mycodec.Of[Order](), codectest.Case[Order]{Values: orders})
//	}
package codectest

import (
	"bytes"
	"reflect"
	"sync"
	"testing"

	"github.com/shmring/ipc/codec"
)

// Case is what a codec is tried with.
type Case[T any] struct {
	Values []T // at least one; each must come back equal
	Bad    []T // values that the codec must refuse to encode

	Equal     func(a, b T) bool // reflect.DeepEqual if nil; [Alike] where nil and empty are one
	Borrows   bool              // DecodeBorrow of at least one of Values aliases its source; otherwise none may
	Prefixes  bool              // a proper prefix of an encoding may be an encoding too, as 1 is of 12 in JSON
	Unordered bool              // equal values may have different bytes, of one length
}

// prefix stands before what is appended, and must still do so afterwards.
const prefix = "prefix"

// Run runs the suite, a subtest for each promise.
func Run[T any](t *testing.T, c codec.Codec[T], k Case[T]) {
	t.Helper()
	if len(k.Values) == 0 || c.Name() == "" {
		t.Fatalf("%d values for the codec %q, want some of each", len(k.Values), c.Name())
	}
	if k.Equal == nil {
		k.Equal = func(a, b T) bool { return reflect.DeepEqual(a, b) }
	}
	s := suite[T]{Codec: c, Case: k}
	for i := range k.Values {
		b, err := c.Append(nil, &k.Values[i])
		if err != nil {
			t.Fatalf("value %d: %v", i, err)
		}
		s.encoded = append(s.encoded, b)
	}
	t.Run("Decode gives back what Append wrote", s.roundTrip)
	t.Run("Size is the length of Append", s.size)
	t.Run("Append fills exact room in place behind a prefix", s.inPlace)
	t.Run("Append gives dst back on error", s.refused)
	t.Run("Decode of every truncation fails and leaves the target", s.truncated)
	t.Run("Decode of any flipped byte leaves the target or succeeds", s.flipped)
	t.Run("Decode aliases nothing and DecodeBorrow as documented", s.aliasing)
	t.Run("Many goroutines may use one codec", s.concurrent)
}

type suite[T any] struct {
	codec.Codec[T]
	Case[T]
	encoded [][]byte // of Values
}

// decoders are both ways of decoding, by name.
func (s suite[T]) decoders() map[string]func([]byte, *T) error {
	return map[string]func([]byte, *T) error{"Decode": s.Decode, "DecodeBorrow": s.DecodeBorrow}
}

// dirty returns a target that holds the i-th value already, sharing no memory with any other.
func (s suite[T]) dirty(t *testing.T, i int) T {
	t.Helper()
	var v T
	if err := s.Decode(bytes.Clone(s.encoded[i]), &v); err != nil {
		t.Fatalf("value %d: %v", i, err)
	}
	return v
}

func (s suite[T]) roundTrip(t *testing.T) {
	for name, decode := range s.decoders() {
		for i, want := range s.Values {
			for j := range s.Values {
				src := bytes.Clone(s.encoded[i])
				got := s.dirty(t, j)
				if err := decode(src, &got); err != nil || !s.Equal(got, want) {
					t.Errorf("%s of value %d over value %d: %+v, %v, want %+v", name, i, j, got, err, want)
				}
				if !bytes.Equal(src, s.encoded[i]) {
					t.Errorf("%s of value %d wrote into its source", name, i)
				}
			}
		}
	}
}

func (s suite[T]) size(t *testing.T) {
	for i := range s.Values {
		if n, err := s.Size(&s.Values[i]); err != nil || n != len(s.encoded[i]) {
			t.Errorf("value %d: size %d, %v, encoded %d", i, n, err, len(s.encoded[i]))
		}
	}
}

func (s suite[T]) inPlace(t *testing.T) {
	for i := range s.Values {
		room := make([]byte, len(prefix)+len(s.encoded[i])+1)
		copy(room, prefix)
		end := len(room) - 1
		room[end] = 0xa5
		got, err := s.Append(room[:len(prefix):end], &s.Values[i])
		if err != nil || &got[0] != &room[0] || room[end] != 0xa5 {
			t.Errorf("value %d: %v, or not in the room given", i, err)
		}
		if want := append([]byte(prefix), s.encoded[i]...); !s.Unordered && !bytes.Equal(got, want) {
			t.Errorf("value %d: % x, want % x", i, got, want)
		}
		var v T
		err = s.Decode(got[len(prefix):], &v)
		if err != nil || !s.Equal(v, s.Values[i]) || string(got[:len(prefix)]) != prefix {
			t.Errorf("value %d behind a prefix: %q, %+v, %v", i, got[:len(prefix)], v, err)
		}
	}
}

func (s suite[T]) refused(t *testing.T) {
	for i := range s.Bad {
		dst := append(make([]byte, 0, 4096), prefix...)
		got, err := s.Append(dst, &s.Bad[i])
		if err == nil || string(got) != prefix || &got[0] != &dst[0] {
			t.Errorf("bad value %d: %d bytes, %v, want an error and dst", i, len(got), err)
		}
		if _, err := s.Size(&s.Bad[i]); err == nil {
			t.Errorf("bad value %d has a size", i)
		}
	}
}

func (s suite[T]) truncated(t *testing.T) {
	for i := range s.Values {
		for n := range s.encoded[i] {
			failed := s.tryDamaged(t, i, bytes.Clone(s.encoded[i][:n]))
			if !failed && !s.Prefixes {
				t.Errorf("value %d cut to %d of %d bytes was decoded", i, n, len(s.encoded[i]))
			}
		}
	}
}

func (s suite[T]) flipped(t *testing.T) {
	for i := range s.Values {
		for at := range s.encoded[i] {
			for _, mask := range []byte{0x01, 0x10, 0x80, 0xff} {
				src := bytes.Clone(s.encoded[i])
				src[at] ^= mask
				s.tryDamaged(t, i, src)
			}
		}
	}
}

// tryDamaged decodes src in both ways over another value, which must survive an error. It reports
// whether both failed.
func (s suite[T]) tryDamaged(t *testing.T, i int, src []byte) (failed bool) {
	t.Helper()
	other := (i + 1) % len(s.Values)
	failed = true
	for name, decode := range s.decoders() {
		v := s.dirty(t, other)
		if err := decode(bytes.Clone(src), &v); err == nil {
			failed = false
		} else if !s.Equal(v, s.Values[other]) {
			t.Errorf("%s of % x: %v, and the target became %+v", name, src, err, v)
		}
	}
	return failed
}

func (s suite[T]) aliasing(t *testing.T) {
	borrowed := false
	for i, want := range s.Values {
		for name, decode := range s.decoders() {
			src := bytes.Clone(s.encoded[i])
			var v T
			if err := decode(src, &v); err != nil {
				t.Fatal(err)
			}
			for at := range src {
				src[at] = '#'
			}
			same := s.Equal(v, want)
			if name == "DecodeBorrow" {
				borrowed = borrowed || !same
			} else if !same {
				t.Errorf("%s of value %d changed with its source: %+v", name, i, v)
			}
		}
	}
	if borrowed != s.Borrows {
		t.Errorf("DecodeBorrow aliases its source: %t, documented: %t", borrowed, s.Borrows)
	}
}

func (s suite[T]) concurrent(t *testing.T) {
	const goroutines, rounds = 8, 25
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			var buf []byte
			for r := range rounds {
				i := (g + r) % len(s.Values)
				var err error
				if buf, err = s.Append(buf[:0], &s.Values[i]); err != nil {
					t.Errorf("value %d: %v", i, err)
					return
				}
				n, err := s.Size(&s.Values[i])
				if err != nil || n != len(buf) {
					t.Errorf("value %d: size %d, %v, encoded %d", i, n, err, len(buf))
				}
				for name, decode := range s.decoders() {
					var v T
					if err := decode(buf, &v); err != nil || !s.Equal(v, s.Values[i]) {
						t.Errorf("%s of value %d: %+v, %v", name, i, v, err)
					}
				}
			}
		})
	}
	all.Wait()
}
