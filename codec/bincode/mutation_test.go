package bincode

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

type changing struct {
	Flag   bool
	Name   string
	Data   []byte
	Flags  [3]bool
	Items  []changingItem
	Map    map[string]uint32
	Opt    *string
	Result Result[uint16, string]
	Pick   changingPick
	Big    []uint64
	Char   Char
}

type changingItem struct {
	ID   uint32
	Text string
	Ok   bool
}

type changingPick struct {
	Union
	A *uint32
	B *string
}

func newChanging() changing {
	s, n := "optional", uint32(5)
	return changing{true, "name", []byte("data"), [3]bool{true, false, true}, []changingItem{{1, "one", true}, {2, "a text longer than thirty-two bytes ...", false}},
		map[string]uint32{"a": 1, "b": 2}, &s, Err[uint16]("failed"), changingPick{A: &n}, []uint64{1, 2, 3}, 'é'}
}

// TestASourceThatChangesBetweenThePassesIsNeverReadOutside lets check pass over good bytes and get over
// changed ones, as a peer that writes to shared memory could. A wrong value or an error is right; a panic, or
// a bool that is neither true nor false, is not.
func TestASourceThatChangesBetweenThePassesIsNeverReadOutside(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, opts := range [][]Option{nil, {Varint()}, {BigEndian()}, {Varint(), BigEndian()}} {
		f := New(opts...)
		v := newChanging()
		good, err := f.Marshal(&v)
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.inline.of(reflect.TypeFor[changing](), &f.inline.config)
		if err != nil {
			t.Fatal(err)
		}
		src := make([]byte, len(good))
		for range 20000 {
			copy(src, good)
			var got changing
			d := newDecoder(&f.inline.config, f.depth, src[:len(src):len(src)])
			d.borrow = random.IntN(2) == 0
			if d.check(p, 1, 0) != len(src) {
				t.Fatal(d.err)
			}
			for range 1 + random.IntN(3) {
				src[random.IntN(len(src))] = byte(random.Uint32()) >> random.IntN(8)
			}
			if i := d.get(p, pointerTo(&got), 1, 0); i > len(src) || (i < 0) != (d.err != nil) {
				t.Fatalf("position %d of %d, %v", i, len(src), d.err)
			}
			flags := []bool{got.Flag, got.Flags[0], got.Flags[1], got.Flags[2], got.Result.Failed}
			for _, item := range got.Items {
				flags = append(flags, item.Ok)
			}
			for i := range flags {
				if b := *at[byte](pointerTo(&flags[i])); b > 1 {
					t.Fatalf("a bool holds %d", b)
				}
			}
		}
	}
}

// TestASimpleSourceThatChangesIsNeverReadOutside does the same on the short compiler.
func TestASimpleSourceThatChangesIsNeverReadOutside(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	f := New()
	v := changingItem{7, "some text", true}
	good, err := f.Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.inline.of(reflect.TypeFor[changingItem](), &f.inline.config)
	if err != nil || !p.simple {
		t.Fatal(err, "not simple")
	}
	for range 20000 {
		src := append([]byte(nil), good...)
		src[random.IntN(len(src))] ^= 1 << random.IntN(8)
		for _, borrow := range []bool{false, true} {
			var got changingItem
			keep := arena{left: len(v.Text)}
			if n := p.getFast(pointerTo(&got), 1, src, 0, &keep, borrow, false); n > len(src) {
				t.Fatalf("%d of %d bytes", n, len(src))
			}
			if b := *at[byte](pointerTo(&got.Ok)); b > 1 {
				t.Fatalf("a bool holds %d", b)
			}
		}
	}
}
