package layout_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/shmring/ipc/layout"
)

// aligned returns n bytes, counting up from 1, whose address is a multiple of 8 plus off.
func aligned(n, off int) []byte {
	words := make([]uint64, (n+off+7)/8+1)
	b := layout.SliceBytes(words)[off : off+n]
	for i := range b {
		b[i] = byte(i + 1)
	}
	return b
}

func TestViewReadsGoldenOffsets(t *testing.T) {
	b := []byte{7, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f}
	v, err := layout.View[wire](b)
	if err != nil {
		t.Fatal(err)
	}
	if v.Tag != 7 || v.Count.Get() != 258 || v.Mean.Get() != 1.5 {
		t.Errorf("got %d, %d, %v; want 7, 258, 1.5", v.Tag, v.Count.Get(), v.Mean.Get())
	}
	v.Count.Set(0x0a0b0c0d)
	if want := []byte{7, 0x0a, 0x0b, 0x0c, 0x0d}; !bytes.Equal(b[:5], want) {
		t.Errorf("a store through the view left % x, want % x", b[:5], want)
	}
}

func TestTheStructInThePackageCommentHasTheDrawnOffsets(t *testing.T) {
	typ := reflect.TypeFor[tick]()
	for i, want := range []uintptr{0, 4, 6, 8} {
		if f := typ.Field(i); f.Offset != want {
			t.Errorf("%s is at %d, drawn at %d", f.Name, f.Offset, want)
		}
	}
	if typ.Size() != 16 {
		t.Errorf("size %d, drawn as 16", typ.Size())
	}
}

func TestViewAndLoadWantTheExactSize(t *testing.T) {
	for n := range 40 {
		b := aligned(n, 0)
		_, viewErr := layout.View[tick](b)
		_, loadErr := layout.Load[tick](b)
		if n == 16 {
			if viewErr != nil || loadErr != nil {
				t.Errorf("%d bytes: View %v, Load %v", n, viewErr, loadErr)
			}
			continue
		}
		wantSizeError(t, viewErr, n, 16, layout.Exactly)
		wantSizeError(t, loadErr, n, 16, layout.Exactly)
	}
}

func TestPrefixAndSuffixSplitTheBytes(t *testing.T) {
	align := reflect.TypeFor[tick]().Align()
	for n := range 48 {
		b := aligned(n, 0)
		v, rest, err := layout.Prefix[tick](b)
		if n < 16 {
			wantSizeError(t, err, n, 16, layout.AtLeast)
		} else if err != nil || !bytes.Equal(layout.Bytes(v), b[:16]) || !bytes.Equal(rest, b[16:]) || cap(rest) != len(rest) {
			t.Errorf("Prefix of %d bytes: %v, rest of %d bytes, capacity %d", n, err, len(rest), cap(rest))
		}
		rest, v, err = layout.Suffix[tick](b)
		if n < 16 {
			wantSizeError(t, err, n, 16, layout.AtLeast)
		} else if n%align != 0 {
			wantAlignError(t, err, n%align, align)
		} else if err != nil || !bytes.Equal(layout.Bytes(v), b[n-16:]) || !bytes.Equal(rest, b[:n-16]) || cap(rest) != len(rest) {
			t.Errorf("Suffix of %d bytes: %v, rest of %d bytes, capacity %d", n, err, len(rest), cap(rest))
		}
	}
}

func TestSliceWantsAWholeNumberOfValues(t *testing.T) {
	for n := range 70 {
		b := aligned(n, 0)
		s, err := layout.Slice[tick](b)
		if n%16 != 0 {
			wantSizeError(t, err, n, 16, layout.Multiple)
			continue
		}
		if err != nil || len(s) != n/16 || cap(s) != len(s) || !bytes.Equal(layout.SliceBytes(s), b) {
			t.Errorf("%d bytes: %v, %d values, capacity %d", n, err, len(s), cap(s))
		}
	}
}

func TestAnEmptySliceHasNoAlignment(t *testing.T) {
	for off := range 8 {
		if s, err := layout.Slice[uint64](aligned(8, off)[:0]); err != nil || len(s) != 0 {
			t.Errorf("offset %d: %d values, %v", off, len(s), err)
		}
	}
	if b := layout.SliceBytes[uint64](nil); len(b) != 0 {
		t.Errorf("SliceBytes(nil) has %d bytes", len(b))
	}
}

func TestAMisalignedBaseIsRefusedAtEveryOffset(t *testing.T) {
	for off := range 8 {
		misaligned[uint8](t, off)
		misaligned[uint16](t, off)
		misaligned[uint32](t, off)
		misaligned[uint64](t, off)
		misaligned[float64](t, off)
		misaligned[complex64](t, off)
		misaligned[tick](t, off)
		misaligned[book](t, off)
		misaligned[wire](t, off)
		misaligned[layout.U64BE](t, off)
	}
}

// misaligned holds every function against bytes whose address is a multiple of 8 plus off.
func misaligned[T any](t *testing.T, off int) {
	t.Helper()
	size, align := int(reflect.TypeFor[T]().Size()), reflect.TypeFor[T]().Align()
	b := aligned(size, off)
	_, viewErr := layout.View[T](b)
	_, _, prefixErr := layout.Prefix[T](b)
	_, _, suffixErr := layout.Suffix[T](b)
	_, sliceErr := layout.Slice[T](b)
	for _, err := range []error{viewErr, prefixErr, suffixErr, sliceErr} {
		if off%align == 0 {
			if err != nil {
				t.Errorf("offset %d: %v", off, err)
			}
			continue
		}
		wantAlignError(t, err, off%align, align)
	}
	if v, err := layout.Load[T](b); err != nil || !bytes.Equal(layout.Bytes(&v), b) {
		t.Errorf("Load at offset %d: %v", off, err)
	}
}

func TestViewsAliasTheirBytesAndLoadDoesNot(t *testing.T) {
	b := aligned(16, 0)
	view, _ := layout.View[tick](b)
	slice, _ := layout.Slice[tick](b)
	loaded, _ := layout.Load[tick](b)
	before := loaded
	clear(b)
	if *view != (tick{}) || slice[0] != (tick{}) {
		t.Error("a view did not see a later write to its bytes")
	}
	if loaded != before || loaded == (tick{}) {
		t.Error("a loaded value changed with its source")
	}
	view.Venue = 0xffff
	slice[0].Price = math.Pi
	if b[4] != 0xff || b[5] != 0xff || b[8]|b[15] == 0 {
		t.Errorf("the bytes did not see a write to their views: % x", b)
	}
}

func TestBytesAliasTheirValue(t *testing.T) {
	v := wire{Tag: 1}
	b := layout.Bytes(&v)
	if len(b) != 13 || cap(b) != 13 {
		t.Fatalf("length %d, capacity %d, want 13", len(b), cap(b))
	}
	b[0], b[4] = 9, 5
	if v.Tag != 9 || v.Count.Get() != 5 {
		t.Errorf("a write to the bytes left %d, %d", v.Tag, v.Count.Get())
	}
	s := make([]uint32, 3, 10)
	if b := layout.SliceBytes(s); len(b) != 12 || cap(b) != 12 {
		t.Errorf("SliceBytes: length %d, capacity %d, want 12", len(b), cap(b))
	}
	if err := panicOf(func() { layout.Bytes[wire](nil) }); err == nil {
		t.Error("Bytes of a nil pointer did not panic")
	}
}

func TestSliceMovesNumbersUnchanged(t *testing.T) {
	want := []float64{0, math.Copysign(0, -1), math.Inf(1), math.SmallestNonzeroFloat64, math.MaxFloat64}
	b := aligned(8*len(want), 0)
	copy(b, layout.SliceBytes(want))
	got, err := layout.Slice[float64](b)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestNothingAllocatesOnGoodInput(t *testing.T) {
	b := aligned(64, 0)
	var v tick
	s := make([]tick, 4)
	for name, f := range map[string]func(){
		"Check":      func() { _ = layout.Check[tick]() },
		"View":       func() { _, _ = layout.View[tick](b[:16]) },
		"Prefix":     func() { _, _, _ = layout.Prefix[tick](b) },
		"Suffix":     func() { _, _, _ = layout.Suffix[tick](b) },
		"Slice":      func() { _, _ = layout.Slice[tick](b) },
		"Bytes":      func() { _ = layout.Bytes(&v) },
		"SliceBytes": func() { _ = layout.SliceBytes(s) },
		"Load":       func() { v, _ = layout.Load[tick](b[16:32]) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func TestErrorsSayWhatWasGotAndWanted(t *testing.T) {
	_, exact := layout.View[tick](make([]byte, 15))
	_, _, least := layout.Prefix[tick](nil)
	_, multiple := layout.Slice[tick](make([]byte, 17))
	_, align := layout.View[uint16](aligned(2, 3))
	for err, want := range map[error]string{
		exact:    "layout: layout_test.tick needs exactly 16 bytes, got 15",
		least:    "layout: layout_test.tick needs at least 16 bytes, got 0",
		multiple: "layout: layout_test.tick needs a multiple of 16 bytes, got 17",
		align:    "layout: uint16 needs an address that is a multiple of 2, got one that is 1 past it",
	} {
		if err.Error() != want {
			t.Errorf("got  %s\nwant %s", err, want)
		}
	}
}

func wantSizeError(t *testing.T, err error, got, want int, fit layout.Fit) {
	t.Helper()
	var se *layout.SizeError
	if !errors.As(err, &se) || se.Got != got || se.Want != want || se.Fit != fit {
		t.Errorf("got %v, want a *SizeError with %d bytes instead of %s %d", err, got, fit, want)
	}
}

func wantAlignError(t *testing.T, err error, got, want int) {
	t.Helper()
	var ae *layout.AlignError
	if !errors.As(err, &ae) || ae.Got != got || ae.Want != want {
		t.Errorf("got %v, want an *AlignError at %d of %d", err, got, want)
	}
}
