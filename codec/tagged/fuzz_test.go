package tagged_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/shmring/ipc/codec/tagged"
)

func seed(f *testing.F) {
	for _, tc := range golden() {
		f.Add(h(f, tc.hex))
	}
	b, err := tagged.Marshal(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("\x0f\x2a\x2ak\x13\x7f\xff\xff\xff\xff\xff\xff\xff"))
}

func FuzzDecodeNeverPanicsAndRoundTrips(f *testing.F) {
	seed(f)
	format := tagged.New(tagged.MaxMemory(1 << 20))
	dynamic, fixed := tagged.Of[any](tagged.MaxMemory(1<<20)), tagged.Of[everything](tagged.MaxMemory(1<<20))
	f.Fuzz(func(t *testing.T, src []byte) {
		var loose, borrowed any
		err := dynamic.Decode(src, &loose)
		// What decodes must also scan, as a field that a reader does not know.
		unknown := append([]byte("\x0e\x2a\x2af"), src...)
		if skip := format.Unmarshal(unknown, new(struct{})); err == nil && skip != nil {
			t.Fatalf("decodes but does not skip: %v", skip)
		}
		if berr := dynamic.DecodeBorrow(src, &borrowed); err == nil && berr != nil {
			t.Fatalf("decodes but does not borrow: %v", berr)
		}
		if err == nil {
			again(t, format, loose)
		}
		var v everything
		if fixed.Decode(src, &v) == nil {
			again(t, format, v)
		}
	})
}

// again encodes v, decodes that as the same type and holds the second encoding against the first.
func again[T any](t *testing.T, format *tagged.Format, v T) {
	b, err := format.Append(nil, v)
	if err != nil {
		t.Fatalf("decoded but does not encode: %v", err)
	}
	if n, err := format.Size(v); err != nil || n != len(b) {
		t.Fatalf("size %d, %v; encoded %d", n, err, len(b))
	}
	var back T
	if err := tagged.Unmarshal(b, &back); err != nil {
		t.Fatalf("% x does not decode: %v", b, err)
	}
	if b2, err := format.Append(nil, back); err != nil || !bytes.Equal(b, b2) {
		t.Fatalf("% x\nbecame % x, %v", b, b2, err)
	}
}

func FuzzADecoderAgreesWithUnmarshalWhateverThePieces(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		var whole any
		direct := tagged.Unmarshal(src, &whole)
		for _, size := range []int{1, 3, len(src) + 1} {
			d := tagged.NewDecoder()
			if _, _, err := d.Feed(tagged.AppendHeader(nil)); err != nil {
				t.Fatal(err)
			}
			var fed int
			var err error
			for rest := src; len(rest) > 0 && err == nil && !d.Whole(); {
				var n int
				n, _, err = d.Feed(rest[:min(size, len(rest))])
				rest, fed = rest[n:], fed+n
			}
			if direct == nil && (err != nil || !d.Whole() || fed != len(src)) {
				t.Fatalf("pieces of %d: took %d of %d, %v", size, fed, len(src), err)
			}
			// The scanner looks at structure only; what else Unmarshal refuses, Decode refuses too.
			if len(src) > 0 && src[0] != byte(tagged.CodeMessage) && direct != nil && err == nil && d.Whole() && fed == len(src) {
				var v any
				if derr := d.Decode(&v); derr == nil {
					t.Fatalf("pieces of %d: decodes, but Unmarshal says %v", size, direct)
				}
				if !errors.Is(direct, tagged.ErrUTF8) && !errors.Is(direct, tagged.ErrDuplicate) &&
					!errors.Is(direct, tagged.ErrRange) && !errors.Is(direct, tagged.ErrTooLarge) {
					t.Fatalf("the scanner accepted what is %v", direct)
				}
			}
		}
	})
}
