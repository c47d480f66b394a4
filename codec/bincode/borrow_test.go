package bincode_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

type blobs struct {
	Name  string
	Data  []byte
	Part  codec.Part
	Many  [][]byte
	Tail  uint8
	Texts []string
}

func newBlobs() blobs {
	return blobs{"name", []byte("data"), codec.Part("part"), [][]byte{[]byte("one"), []byte("two")}, 7, []string{"x", "y"}}
}

func TestABorrowingDecodeAliasesTheSource(t *testing.T) {
	v := newBlobs()
	src, err := bincode.Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	var got blobs
	if err := bincode.UnmarshalBorrow(src, &got); err != nil || !reflect.DeepEqual(got, v) {
		t.Fatal(err, got)
	}
	for _, b := range [][]byte{got.Data, got.Part, got.Many[0], got.Many[1]} {
		if cap(b) != len(b) {
			t.Errorf("%q has capacity %d", b, cap(b))
		}
	}
	for i := range src {
		if src[i] >= 'a' && src[i] <= 'z' {
			src[i] = '#'
		}
	}
	want := blobs{"####", []byte("####"), codec.Part("####"), [][]byte{[]byte("###"), []byte("###")}, 7, []string{"#", "#"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestACopyingDecodeKeepsNothingOfTheSource(t *testing.T) {
	v := newBlobs()
	src, _ := bincode.Marshal(&v)
	var got blobs
	if err := bincode.Unmarshal(src, &got); err != nil {
		t.Fatal(err)
	}
	clear(src)
	if !reflect.DeepEqual(got, v) {
		t.Errorf("%q, want %q", got, v)
	}
}

func TestADecodeAfterABorrowingOneDoesNotWriteToWhatWasLent(t *testing.T) {
	v := newBlobs()
	lent, _ := bincode.Marshal(&v)
	before := bytes.Clone(lent)
	other := blobs{"eman", []byte("DATA"), codec.Part("PART"), [][]byte{[]byte("ONE"), []byte("TWO")}, 8, []string{"Y", "X"}}
	src, _ := bincode.Marshal(&other)
	c := bincode.Of[blobs]()
	var got blobs
	if err := c.DecodeBorrow(lent, &got); err != nil {
		t.Fatal(err)
	}
	if err := c.Decode(src, &got); err != nil || !reflect.DeepEqual(got, other) {
		t.Fatal(err, got)
	}
	if !bytes.Equal(lent, before) {
		t.Errorf("the lent source became %q", lent)
	}
}

func TestDecodingReusesSlicesAndMakesPointersAnew(t *testing.T) {
	type target struct {
		Data    []byte
		Numbers []uint32
		Items   []item
		P       *uint8
	}
	one := uint8(1)
	src, _ := bincode.Marshal(&target{make([]byte, 1024), []uint32{1, 2, 3}, []item{{1, true, "a"}}, &one})
	var got target
	if err := bincode.Unmarshal(src, &got); err != nil {
		t.Fatal(err)
	}
	first := got
	if err := bincode.Unmarshal(src, &got); err != nil {
		t.Fatal(err)
	}
	if &first.Data[0] != &got.Data[0] || &first.Numbers[0] != &got.Numbers[0] || &first.Items[0] != &got.Items[0] {
		t.Error("a slice that was large enough was not reused")
	}
	if first.P == got.P {
		t.Error("the pointer's target was written over")
	}
}

func TestDecodedElementsShareNothingWithStaleOnes(t *testing.T) {
	shared := []byte("shared")
	got := [][]byte{shared[:3], shared[:3]}
	src, _ := bincode.Marshal([][]byte{[]byte("abc"), []byte("xyz")})
	if err := bincode.Unmarshal(src, &got); err != nil || string(got[0]) != "abc" || string(got[1]) != "xyz" {
		t.Errorf("%q %v", got, err)
	}
}

func TestAppendIntoEnoughRoomAndBorrowingDecodesDoNotAllocate(t *testing.T) {
	meta, message, batch, floats := newBenchMeta(), newBenchMessage(1024), newBenchBatch(), newBenchFloats()
	noAllocs(t, &meta)
	noAllocs(t, &message)
	noAllocs(t, &batch)
	noAllocs(t, &floats)
	m := map[string]uint32{"a": 1, "b": 2}
	for _, opts := range configs {
		c := bincode.Of[map[string]uint32](opts...)
		buf, _ := c.Append(nil, &m)
		if n := testing.AllocsPerRun(100, func() { c.Append(buf[:0], &m) }); n > 0 && !raceDetector {
			t.Errorf("a map cost %v allocations", n)
		}
	}
}

func noAllocs[T any](t *testing.T, v *T) {
	t.Helper()
	for name, opts := range configs {
		c, f := bincode.Of[T](opts...), bincode.New(opts...)
		buf, err := c.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		var back T
		for what, f := range map[string]func() error{
			"Append":          func() error { _, err := c.Append(buf[:0], v); return err },
			"Size":            func() error { _, err := c.Size(v); return err },
			"DecodeBorrow":    func() error { return c.DecodeBorrow(buf, &back) },
			"Format.Append":   func() error { _, err := f.Append(buf[:0], v); return err },
			"UnmarshalBorrow": func() error { return f.UnmarshalBorrow(buf, &back) },
		} {
			if n := testing.AllocsPerRun(20, func() { err = f() }); n > 0 || err != nil {
				t.Errorf("%T %s %s: %v allocations, %v", v, name, what, n, err)
			}
		}
	}
}
