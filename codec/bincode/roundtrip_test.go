package bincode_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

type level uint8

func (level) BincodeVariants() uint32 { return 3 }

type header struct{ Version uint16 }

type pick struct {
	bincode.Union
	Number *int32
	Text   *string
	None   *struct{}
}

// everything has a field of every kind that the package documents.
type everything struct {
	header
	Bool      bool
	Records   []benchMeta
	Map       map[string]int
	Pointer   *uint32
	Opt       bincode.Opt[string]
	Result    bincode.Result[int32, string]
	Elapsed   time.Duration
	Long      bincode.Duration
	When      time.Time
	Addr      netip.Addr
	Peer      netip.AddrPort
	Four      netip.Addr `bincode:"ipv4"`
	Big       *big.Int
	Huge      *big.Int `bincode:"u128"`
	Texts     [3]string
	Bools     [2]bool
	Floats    []float32
	Set       map[int16]struct{}
	Part      codec.Part
	Parts     [][]codec.Part
	Int       int
	Char      bincode.Char
	Rune      rune `bincode:"char"`
	U128      bincode.Uint128
	I128      bincode.Int128
	NonZero   bincode.NonZero[uint16]
	Positive  int64 `bincode:"nonzero"`
	Level     level
	Mode      int `bincode:"enum=4"`
	Pick      pick
	Box       *header `bincode:"box"`
	Range     bincode.Range[int8]
	Units     []struct{}
	Self      *everything
	Skipped   int `bincode:"-"`
	Complex   map[[2]string][]*pick
	unseen    int
	Signed    []int16
	Unsigned  uint
	LongNames []string
}

func newEverything() everything {
	number, text := uint32(7), "héllo"
	n := int32(-4)
	v := everything{
		header: header{9}, Bool: true, Records: []benchMeta{newBenchMeta(), {}, {Topic: "x"}},
		Map: map[string]int{"b": 2, "a": -1}, Pointer: &number, Opt: bincode.Some("some"), Result: bincode.Err[int32]("bad"),
		Elapsed: 3*time.Second + 5, Long: bincode.Duration{Secs: 1 << 63, Nanos: 999999999}, When: time.Unix(99, 7).UTC(),
		Addr: netip.MustParseAddr("fe80::1"), Peer: netip.MustParseAddrPort("1.2.3.4:80"), Four: netip.MustParseAddr("9.9.9.9"),
		Big: big.NewInt(-5), Huge: new(big.Int).Lsh(big.NewInt(1), 127), Texts: [3]string{"p", "a text of some more bytes, 40 and above", ""},
		Bools: [2]bool{true, false}, Floats: []float32{1, 2.5}, Set: map[int16]struct{}{-3: {}, 2: {}}, Part: codec.Part("part"),
		Parts: [][]codec.Part{{codec.Part("x")}, nil}, Int: -9, Char: 'é', Rune: '世', U128: bincode.Uint128{Lo: 1, Hi: 2},
		I128: bincode.Int128{Lo: 5, Hi: -1}, NonZero: bincode.NonZero[uint16]{Value: 300}, Positive: -1, Level: 2, Mode: 3,
		Pick: pick{Text: &text}, Box: &header{3}, Range: bincode.Range[int8]{Start: 4, End: -4}, Units: make([]struct{}, 5),
		Complex: map[[2]string][]*pick{{"b", ""}: {{Number: &n}, nil}, {"a", "z"}: {{None: &struct{}{}}}},
		Signed:  []int16{-1, 300}, Unsigned: 1 << 31, LongNames: []string{"one", "two"},
	}
	inner := v
	v.Self = &inner
	return v
}

var configs = map[string][]bincode.Option{
	"fixint-le": nil,
	"varint-le": {bincode.Varint()},
	"fixint-be": {bincode.BigEndian()},
	"varint-be": {bincode.Varint(), bincode.BigEndian()},
}

func TestEveryKindOfFieldSurvivesInAllConfigurations(t *testing.T) {
	for name, opts := range configs {
		f := bincode.New(opts...)
		v := newEverything()
		b, err := f.Marshal(&v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n, err := f.Size(&v); n != len(b) || err != nil {
			t.Errorf("%s: size %d, %v, want %d", name, n, err, len(b))
		}
		for k, decode := range []func([]byte, any) error{f.Unmarshal, f.UnmarshalBorrow} {
			var got everything
			if err := decode(b, &got); err != nil || !reflect.DeepEqual(got, v) {
				t.Errorf("%s %d: %v\n%+v, want\n%+v", name, k, err, got, v)
			}
			if err := decode(b, &got); err != nil || !reflect.DeepEqual(got, v) {
				t.Errorf("%s %d: the second time %v\n%+v", name, k, err, got)
			}
		}
		for cut := range b {
			var got everything
			if err := f.Unmarshal(b[:cut:cut], &got); !errors.Is(err, bincode.ErrEOF) || !reflect.DeepEqual(got, everything{}) {
				t.Fatalf("%s cut to %d bytes: %v, %+v", name, cut, err, got)
			}
		}
	}
}

func TestTypedCodecsAndFormatsGiveTheSameBytes(t *testing.T) {
	v := newEverything()
	for name, opts := range configs {
		c := bincode.Of[everything](opts...)
		want, err := bincode.New(opts...).Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Append([]byte("before"), &v)
		if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Errorf("%s: %x, %v, want %x", name, got, err, want)
		}
		if n, err := c.Size(&v); n != len(want) || err != nil {
			t.Errorf("%s: size %d, %v", name, n, err)
		}
		var back everything
		if err := c.Decode(want, &back); err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%s: %v, %+v", name, err, back)
		}
	}
}

func TestFieldsThatAreSkippedKeepTheirValue(t *testing.T) {
	v := newEverything()
	b, err := bincode.Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	got := everything{Skipped: 5, unseen: 6}
	if err := bincode.Unmarshal(b, &got); err != nil || got.Skipped != 5 || got.unseen != 6 {
		t.Errorf("%v: %d %d", err, got.Skipped, got.unseen)
	}
}

func TestValuesInInterfacesEncodeLikePointersToThem(t *testing.T) {
	n := uint32(5)
	for _, v := range []any{uint8(1), "text", []byte("ab"), map[string]int{"a": 1}, struct{ P *uint32 }{&n}, [1]*uint32{&n}, struct{ M map[int]bool }{}, newBenchMeta(), struct{}{}} {
		p := reflect.New(reflect.TypeOf(v))
		p.Elem().Set(reflect.ValueOf(v))
		direct, err := bincode.Marshal(v)
		if err != nil {
			t.Errorf("%T: %v", v, err)
		}
		if behind, err := bincode.Marshal(p.Interface()); err != nil || !bytes.Equal(behind, direct) {
			t.Errorf("%T: %x, behind a pointer %x, %v", v, direct, behind, err)
		}
	}
}

type shape interface{ area() float64 }
type circle struct{ R float64 }
type square struct{ Side float64 }

func (c circle) area() float64  { return 3 * c.R * c.R }
func (s *square) area() float64 { return s.Side * s.Side }

func TestInterfacesHoldTheirRegisteredVariants(t *testing.T) {
	for name, opts := range configs {
		f := bincode.New(append(opts, bincode.Variants[shape](circle{}, &square{}))...)
		v := []shape{circle{1}, &square{2}}
		b, err := f.Marshal(v)
		if err != nil {
			t.Fatal(name, err)
		}
		var got []shape
		if err := f.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s: %v %v", name, got, err)
		}
		for _, bad := range [][]shape{{nil}, {&circle{}}, {(*square)(nil)}} {
			if _, err := f.Marshal(bad); !errors.Is(err, bincode.ErrEnumTag) {
				t.Errorf("%s: %v gave %v", name, bad, err)
			}
		}
	}
}

func TestMapsAreWrittenInTheOrderOfRustsKeys(t *testing.T) {
	type key struct {
		A *int8
		B string
	}
	small := int8(-1)
	for _, c := range []struct{ v, want any }{
		{map[int32]uint8{5: 1, -300: 2, 0: 3}, []bincode.Range[int32]{{-300, 2}, {0, 3}, {5, 1}}},
		{map[uint16]uint8{256: 1, 1: 2}, nil},
		{map[bool]uint8{true: 1, false: 2}, nil},
		{map[key]uint8{{nil, "b"}: 1, {&small, "a"}: 2, {nil, "a"}: 3}, nil},
		{map[string]string{"b": "", "": "x", "ab": "y", "é": "z"}, nil},
	} {
		first, err := bincode.Marshal(c.v)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if again, _ := bincode.Marshal(c.v); !bytes.Equal(again, first) {
				t.Fatalf("%v: %x and %x", c.v, first, again)
			}
		}
	}
	b, _ := bincode.Marshal(map[int32]uint8{5: 1, -300: 2, 0: 3})
	if want := "\x03\x00\x00\x00\x00\x00\x00\x00\xd4\xfe\xff\xff\x02\x00\x00\x00\x00\x03\x05\x00\x00\x00\x01"; string(b) != want {
		t.Errorf("%q, want %q", b, want)
	}
	b, _ = bincode.Marshal(map[key]uint8{{nil, "b"}: 1, {&small, "a"}: 2, {nil, "a"}: 3})
	if last := b[len(b)-1]; b[8] != 0 || last != 2 {
		t.Errorf("%x: none does not come before some", b)
	}
}

func TestOneFormatServesManyGoroutines(t *testing.T) {
	f := bincode.New(bincode.Varint())
	done := make(chan error)
	for range 8 {
		go func() {
			v := newEverything()
			for range 20 {
				b, err := f.Marshal(&v)
				var got everything
				if err == nil {
					err = f.Unmarshal(b, &got)
				}
				if err == nil && !reflect.DeepEqual(got, v) {
					err = fmt.Errorf("got %+v", got)
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
