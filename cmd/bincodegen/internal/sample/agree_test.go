package sample

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

// generated is what the generator gives a type.
type generated interface {
	bincode.Appender
	bincode.Sizer
	bincode.Unmarshaler
	bincode.BorrowUnmarshaler
}

// A contest holds one type's generated methods against its program.
type contest struct {
	name   string
	fill   func(*filler) any // a random value
	blank  func() any
	append func([]byte, any) ([]byte, error)                    // the program's
	size   func(any) (int, error)                               // the program's
	decode func(src []byte, v any, borrow bool) (int, error)    // the program's
	codec  func(src []byte, v any) (encoded []byte, _, _ error) // what bincode.Of gives: Append of v, Decode of src
}

func contestOf[T any]() contest {
	var program bincode.Program[T]
	of := bincode.Of[T]()
	return contest{
		name: reflect.TypeFor[T]().Name(),
		fill: func(f *filler) any {
			v := new(T)
			f.fill(reflect.ValueOf(v).Elem(), "", 0)
			return v
		},
		blank:  func() any { return new(T) },
		append: func(dst []byte, v any) ([]byte, error) { return program.Append(dst, v.(*T)) },
		size:   func(v any) (int, error) { return program.Size(v.(*T)) },
		decode: func(src []byte, v any, borrow bool) (int, error) { return program.Unmarshal(src, v.(*T), borrow) },
		codec: func(src []byte, v any) ([]byte, error, error) {
			out, err := of.Append(nil, v.(*T))
			return out, err, codec.Codec[T](of).Decode(src, new(T))
		},
	}
}

func contests() []contest {
	return []contest{
		contestOf[Meta](), contestOf[Message](), contestOf[Batch](), contestOf[Floats](), contestOf[Scalars](),
		contestOf[Texts](), contestOf[Numbers](), contestOf[Arrays](), contestOf[Options](), contestOf[Unions](),
		contestOf[Shape](), contestOf[Maps](), contestOf[Sets](), contestOf[Tree](), contestOf[List](),
		contestOf[Chain](), contestOf[Known](), contestOf[Enums](), contestOf[Checked](), contestOf[Order](),
		contestOf[Hooked](), contestOf[Looped](), contestOf[Foreign](), contestOf[Empty](), contestOf[Count](),
		contestOf[Label](), contestOf[Pairs](), contestOf[Grid](),
	}
}

func newFiller(seed uint64, faults bool) *filler {
	return &filler{rand.New(rand.NewPCG(seed, 1)), faults}
}

// sameError compares everything that an error says.
func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	var x, y *bincode.Error
	return errors.As(a, &x) && errors.As(b, &y) && a.Error() == b.Error() && x.Path == y.Path && x.Class == y.Class && x.Offset == y.Offset
}

func TestGeneratedCodeEncodesLikeTheProgram(t *testing.T) {
	for _, c := range contests() {
		good, bad := 0, 0
		for seed := range uint64(120) {
			v := c.fill(newFiller(seed, seed%3 == 0))
			want, wantErr := c.append([]byte("kept"), v)
			got, err := v.(generated).AppendBincode([]byte("kept"))
			if wantErr != nil {
				bad++
			} else {
				good++
			}
			if !sameError(err, wantErr) || !bytes.Equal(got, want) {
				t.Fatalf("%s, seed %d: %x, %v; the program %x, %v\n%+v", c.name, seed, got, err, want, wantErr, v)
			}
			wantSize, wantErr := c.size(v)
			if n, err := v.(generated).SizeBincode(); n != wantSize || !sameError(err, wantErr) {
				t.Fatalf("%s, seed %d: size %d, %v; the program %d, %v", c.name, seed, n, err, wantSize, wantErr)
			}
		}
		if good < 60 {
			t.Errorf("%s: only %d of %d values could be encoded", c.name, good, good+bad)
		}
		t.Logf("%s: %d values, %d refused", c.name, good, bad)
	}
}

// decodeBoth decodes src by both roads into copies made by blank, and compares. It returns an error that
// says how they differ, and whether the source was good.
func (c *contest) decodeBoth(src []byte, blank func() any) (ok bool, _ error) {
	for _, borrow := range []bool{false, true} {
		want, got := blank(), blank()
		n, wantErr := c.decode(bytes.Clone(src), want, borrow)
		decode := got.(generated).UnmarshalBincode
		if borrow {
			decode = got.(generated).UnmarshalBincodeBorrow
		}
		m, err := decode(bytes.Clone(src))
		if n != m || !sameError(err, wantErr) {
			return false, fmt.Errorf("borrow %v: %d, %v; the program %d, %v", borrow, m, err, n, wantErr)
		}
		if !same(reflect.ValueOf(got), reflect.ValueOf(want)) {
			return false, fmt.Errorf("borrow %v: %+v; the program %+v", borrow, got, want)
		}
		if err != nil && !same(reflect.ValueOf(got), reflect.ValueOf(blank())) {
			return false, fmt.Errorf("borrow %v: after %v the target is %+v", borrow, err, got)
		}
		ok = err == nil
	}
	return ok, nil
}

func TestGeneratedCodeDecodesLikeTheProgramAtEveryTruncation(t *testing.T) {
	for _, c := range contests() {
		for seed := range uint64(6) {
			b, err := c.append(nil, c.fill(newFiller(seed, false)))
			if err != nil {
				t.Fatalf("%s, seed %d: %v", c.name, seed, err)
			}
			for cut := range len(b) + 1 {
				if cut > 200 && cut < len(b)-100 && cut%37 != 0 {
					continue
				}
				ok, err := c.decodeBoth(b[:cut], c.blank)
				if err != nil || ok != (cut == len(b)) {
					t.Fatalf("%s, seed %d, cut to %d of %d bytes: accepted %v, %v", c.name, seed, cut, len(b), ok, err)
				}
			}
		}
	}
}

func TestGeneratedCodeJudgesHostileInputLikeTheProgram(t *testing.T) {
	for _, c := range contests() {
		accepted, refused := 0, 0
		for seed := range uint64(40) {
			f := newFiller(seed, false)
			b, err := c.append(nil, c.fill(f))
			if err != nil {
				t.Fatalf("%s, seed %d: %v", c.name, seed, err)
			}
			for range 8 {
				bad := append(bytes.Clone(b), 1, 2, 3)
				for range 1 + f.IntN(3) {
					bad[f.IntN(len(bad))] = []byte{0, 1, 2, 0x7f, 0x80, 0xff, byte(f.IntN(256))}[f.IntN(7)]
				}
				ok, err := c.decodeBoth(bad, c.blank)
				if err != nil {
					t.Fatalf("%s, seed %d, %x: %v", c.name, seed, bad, err)
				}
				if ok {
					accepted++
				} else {
					refused++
				}
			}
		}
		t.Logf("%s: %d accepted, %d refused", c.name, accepted, refused)
	}
}

func TestGeneratedCodeReusesTheTargetLikeTheProgram(t *testing.T) {
	for _, c := range contests() {
		for seed := range uint64(20) {
			b, err := c.append(nil, c.fill(newFiller(seed, false)))
			if err != nil {
				t.Fatal(err)
			}
			used := func() any { return c.fill(newFiller(seed+1000, false)) }
			if ok, err := c.decodeBoth(b, used); err != nil || !ok {
				t.Fatalf("%s, seed %d: %v", c.name, seed, err)
			}
			if ok, err := c.decodeBoth(b[:len(b)/2], used); err != nil || ok && len(b) > 1 {
				t.Fatalf("%s, seed %d: half of the bytes accepted %v, %v", c.name, seed, ok, err)
			}
		}
	}
}

func TestMarshalAndOfTakeTheGeneratedRoadWithTheSameBytes(t *testing.T) {
	for _, c := range contests() {
		v := c.fill(newFiller(7, false))
		want, err := c.append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bincode.Marshal(v)
		viaOf, ofErr, decodeErr := c.codec(want, v)
		if err != nil || ofErr != nil || decodeErr != nil || !bytes.Equal(got, want) || !bytes.Equal(viaOf, want) {
			t.Errorf("%s: %x and %x, want %x; %v, %v, %v", c.name, got, viaOf, want, err, ofErr, decodeErr)
		}
		varint := bincode.New(bincode.Varint(), bincode.BigEndian())
		b, err := varint.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		back := c.blank()
		if err := varint.Unmarshal(b, back); err != nil {
			t.Errorf("%s as varint: %v", c.name, err)
		}
		if again, err := bincode.Marshal(back); err != nil || !bytes.Equal(again, want) {
			t.Errorf("%s through varint: %x, %v, want %x", c.name, again, err, want)
		}
	}
}

func TestFieldsThatAreSkippedKeepTheirValue(t *testing.T) {
	b, err := (&Texts{A: "a"}).AppendBincode(nil)
	if err != nil {
		t.Fatal(err)
	}
	texts := Texts{Skipped: "s", unseen: "u"}
	if _, err := texts.UnmarshalBincode(b); err != nil || texts.Skipped != "s" || texts.unseen != "u" || texts.A != "a" {
		t.Errorf("%+v, %v", texts, err)
	}
	if b, err = (&Checked{Share: 5}).AppendBincode(nil); err != nil {
		t.Fatal(err)
	}
	checked := Checked{keep: 7}
	if _, err := checked.UnmarshalBincode(b); err != nil || checked.keep != 7 || checked.Share != 5 {
		t.Errorf("%+v, %v", checked, err)
	}
	b[8] = 101
	if _, err := checked.UnmarshalBincode(b); err == nil || checked.keep != 7 || checked.Share != 5 {
		t.Errorf("refused, yet %+v, %v", checked, err)
	}
}

func TestGeneratedCodeTakesTheMemoryItIsGiven(t *testing.T) {
	meta, batch := Meta{Topic: "topic", Source: "source"}, make(Batch, 100)
	buf, err := meta.AppendBincode(nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := batch.AppendBincode(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"append":       func() error { _, err := meta.AppendBincode(buf[:0]); return err },
		"size":         func() error { _, err := meta.SizeBincode(); return err },
		"borrow":       func() error { _, err := meta.UnmarshalBincodeBorrow(buf); return err },
		"append batch": func() error { _, err := batch.AppendBincode(rows[:0]); return err },
		"borrow batch": func() error { _, err := batch.UnmarshalBincodeBorrow(rows); return err },
	} {
		var err error
		if n := testing.AllocsPerRun(100, func() { err = call() }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations, %v", name, n, err)
		}
	}
}

func TestDeepValuesAreLeftToTheProgramWhichBoundsThem(t *testing.T) {
	for _, depth := range []int{10, 990, 998, 999, 1000, 1001, 5000} {
		var list *List
		for range depth {
			list = &List{"x", list}
		}
		want, wantErr := bincode.Program[List]{}.Append(nil, list)
		got, err := list.AppendBincode(nil)
		if !bytes.Equal(got, want) || !sameError(err, wantErr) || (err == nil) != (depth <= 1001) {
			t.Errorf("depth %d: %v; the program %v", depth, err, wantErr)
		}
	}
	src := bytes.Repeat([]byte{1, 0, 0, 0, 0, 0, 0, 0}, 2000) // a Chain of one Chain of one Chain …
	var chain Chain
	_, wantErr := bincode.Program[Chain]{}.Unmarshal(src, new(Chain), false)
	if _, err := chain.UnmarshalBincode(src); !errors.Is(err, bincode.ErrDepth) || !sameError(err, wantErr) || chain != nil {
		t.Errorf("%v; the program %v", err, wantErr)
	}
	loop := &List{Value: "x"}
	loop.Next = loop
	if _, err := loop.AppendBincode(nil); !errors.Is(err, bincode.ErrDepth) {
		t.Errorf("a cycle: %v", err)
	}
}

// A hook that decodes a generated type inside itself must not start counting levels anew, nor decode twice at
// each of them.
func TestHooksThatHoldGeneratedTypesAreBoundedInDepthAndTime(t *testing.T) {
	for _, depth := range []int{1, 40, 400, 5000} {
		src := append(bytes.Repeat([]byte{7, 1}, depth), 7, 0)
		var got, want Looped
		_, wantErr := bincode.Program[Looped]{}.Unmarshal(src, &want, false)
		_, err := got.UnmarshalBincode(src)
		if !sameError(err, wantErr) || (err == nil) != (depth < 1000) {
			t.Fatalf("depth %d: %v; the program %v", depth, err, wantErr)
		}
		if err != nil {
			continue
		}
		b, err := got.AppendBincode(nil)
		if err != nil || !bytes.Equal(b, src) {
			t.Fatalf("depth %d: %v, %d bytes, want %d", depth, err, len(b), len(src))
		}
	}
}
