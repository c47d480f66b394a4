package layout_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/shmring/ipc/layout"
)

// FuzzForeignBytes lays types of several sizes and alignments over any bytes at any address. A function
// succeeds exactly when size and address allow it, and then its result has the bytes it was given.
func FuzzForeignBytes(f *testing.F) {
	for _, n := range []int{0, 1, 12, 13, 15, 16, 17, 26, 32, 127, 128, 129} {
		f.Add(bytes.Repeat([]byte{0xff}, n), byte(n))
	}
	f.Fuzz(func(t *testing.T, input []byte, off byte) {
		b := aligned(len(input), int(off%8))
		copy(b, input)
		foreign[tick](t, b, int(off%8))
		foreign[book](t, b, int(off%8))
		foreign[wire](t, b, int(off%8))
		foreign[uint16](t, b, int(off%8))
		foreign[[3]layout.F32BE](t, b, int(off%8))
	})
}

func foreign[T any](t *testing.T, b []byte, off int) {
	size, align := int(reflect.TypeFor[T]().Size()), reflect.TypeFor[T]().Align()
	expect := func(name string, err error, sizeOK bool, at int, got ...[]byte) {
		t.Helper()
		switch {
		case !sizeOK:
			if !errors.As(err, new(*layout.SizeError)) {
				t.Fatalf("%s of %d bytes: got %v, want a *SizeError", name, len(b), err)
			}
		case at%align != 0:
			if !errors.As(err, new(*layout.AlignError)) {
				t.Fatalf("%s of %d bytes at %d: got %v, want an *AlignError", name, len(b), at, err)
			}
		case err != nil || !bytes.Equal(bytes.Join(got, nil), b):
			t.Fatalf("%s of %d bytes at %d: got % x, %v; want % x", name, len(b), at, got, err, b)
		}
	}

	v, err := layout.View[T](b)
	expect("View", err, len(b) == size, off, bytesOrNil(v))
	v, rest, err := layout.Prefix[T](b)
	expect("Prefix", err, len(b) >= size, off, bytesOrNil(v), rest)
	rest, v, err = layout.Suffix[T](b)
	expect("Suffix", err, len(b) >= size, off+max(0, len(b)-size), rest, bytesOrNil(v))
	s, err := layout.Slice[T](b)
	at := off
	if len(b) == 0 {
		at = 0
	}
	expect("Slice", err, len(b)%size == 0, at, layout.SliceBytes(s))

	loaded, err := layout.Load[T](b)
	private := bytes.Clone(b)
	for i := range b {
		b[i] ^= 0xff // a peer writes
	}
	copied := bytes.Clone(layout.Bytes(&loaded))
	copy(b, private)
	expect("Load", err, len(b) == size, 0, copied)
}

func bytesOrNil[T any](v *T) []byte {
	if v == nil {
		return nil
	}
	return layout.Bytes(v)
}
