package tagged_test

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/tagged"
)

type everything struct {
	B     bool
	I8    int8
	U64   uint64
	F32   float32
	F64   float64
	C     complex64
	S     string
	Data  []byte
	Hash  [4]byte
	List  []int16
	Pair  [2]string
	Set   map[string]struct{}
	Named map[string]int
	Keyed map[netip.Addr][]int
	Rows  []line
	Ptr   *line
	Ptrs  []*line
	Any   any
	When  time.Time
	For   time.Duration
	Big   big.Int
	Huge  *big.Int
	Addr  netip.AddrPort
	Part  codec.Part
	Next  *everything
	Loose tagged.Set
	Order tagged.Map
}

type line struct {
	SKU   int
	Price float64 `tagged:"price"`
}

func full() everything {
	return everything{
		B: true, I8: -7, U64: math.MaxUint64, F32: 1.25, F64: -0.5, C: 1 + 2i, S: "grüße", Data: []byte{1, 2},
		Hash: [4]byte{9, 8, 7, 6}, List: []int16{1, -300}, Pair: [2]string{"a", ""},
		Set: map[string]struct{}{"x": {}, "a": {}}, Named: map[string]int{"k": 1},
		Keyed: map[netip.Addr][]int{netip.MustParseAddr("10.0.0.1"): {1}, netip.MustParseAddr("10.0.0.2"): nil},
		Rows:  []line{{1, 2}, {3, 4}}, Ptr: &line{SKU: 5}, Ptrs: []*line{{SKU: 1}, nil},
		Any:  []any{int64(1), "x", map[string]any{}, nil},
		When: time.Unix(1700000000, 0).UTC(), For: time.Minute, Big: *big.NewInt(-300), Huge: bigOf("-0x123456789abcdef0123"),
		Addr: netip.MustParseAddrPort("[::1]:80"), Part: codec.Part("blob"), Next: &everything{S: "inner"},
		Loose: tagged.Set{"x", nil}, Order: tagged.Map{{"k", []any{}}},
	}
}

func TestAStructOfEverythingComesBack(t *testing.T) {
	c := tagged.Of[everything]()
	for _, v := range []everything{full(), {}} {
		b, err := c.Append([]byte("keep"), &v)
		if err != nil {
			t.Fatal(err)
		}
		for _, decode := range []func([]byte, *everything) error{c.Decode, c.DecodeBorrow} {
			back := everything{S: "old", Named: map[string]int{"old": 1}}
			if err := decode(b[4:], &back); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(v, back) {
				t.Fatalf("got  %+v\nwant %+v", back, v)
			}
		}
	}
}

func TestEqualValuesHaveEqualBytes(t *testing.T) {
	c, v := tagged.Of[everything](), full()
	for i := range 50 {
		v.Set[string(rune('b'+i))] = struct{}{}
		v.Named[string(rune('b'+i))] = i
	}
	first, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := c.Append(nil, &v); !bytes.Equal(first, again) {
			t.Fatal("bytes changed between two encodings of one value")
		}
	}
}

func TestReadersAndWritersOfDifferentVersionsUnderstandEachOther(t *testing.T) {
	type old struct{ ID, Gone int }
	type new struct {
		ID    int
		Added []string
	}
	v := []old{{1, 10}, {2, 20}}
	b, err := tagged.Marshal(v) // a template
	if err != nil {
		t.Fatal(err)
	}
	var rows []new
	if err := tagged.Unmarshal(b, &rows); err != nil || !reflect.DeepEqual(rows, []new{{ID: 1}, {ID: 2}}) {
		t.Fatalf("%+v, %v", rows, err)
	}
	b, err = tagged.Marshal(new{ID: 3, Added: []string{"deep", "er"}})
	if err != nil {
		t.Fatal(err)
	}
	var one old
	if err := tagged.Unmarshal(b, &one); err != nil || one != (old{ID: 3}) {
		t.Fatalf("%+v, %v", one, err)
	}
}

func TestATemplateDecodesIntoEveryKindOfRow(t *testing.T) {
	src := h(t, `0f1002 1003"SKU" 1005"price" 1002 1005 40 29 1007`)
	var structs []line
	var pointers []*line
	var array [2]line
	var maps []map[string]float64
	var anys []any
	for _, v := range []any{&structs, &pointers, &array, &maps, &anys} {
		if err := tagged.Unmarshal(src, v); err != nil {
			t.Fatalf("%T: %v", v, err)
		}
	}
	want := []line{{5, 0}, {0, 7}}
	if !reflect.DeepEqual(structs, want) || *pointers[0] != want[0] || *pointers[1] != want[1] || array != [2]line(want) {
		t.Errorf("%v, %v, %v", structs, pointers, array)
	}
	if !reflect.DeepEqual(maps, []map[string]float64{{"SKU": 5}, {"SKU": 0, "price": 7}}) {
		t.Errorf("%v", maps)
	}
	if !reflect.DeepEqual(anys, []any{map[string]any{"SKU": int64(5)}, map[string]any{"SKU": int64(0), "price": int64(7)}}) {
		t.Errorf("%v", anys)
	}
}

func TestAnErrorThatWasNotFilledInDoesNotPanic(t *testing.T) {
	if text := (&tagged.Error{Path: "a"}).Error(); !strings.Contains(text, "a") {
		t.Errorf("got %q", text)
	}
}

func TestErrorsNameThePathAndTheOffset(t *testing.T) {
	v := everything{S: "untouched"}
	src := h(t, `0e1002 2a"B"03 1004"Rows" 0b2a 0e2a 1005"price" 03`)
	err := tagged.Unmarshal(src, &v)
	var e *tagged.Error
	if !errors.As(err, &e) || e.Path != "Rows[0].price" || e.Offset != len(src)-1 || !errors.Is(err, tagged.ErrType) {
		t.Fatalf("%#v", err)
	}
	if want := "codec/tagged: value of another type: true, want what fits float64 at Rows[0].price (byte 23)"; err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if !reflect.DeepEqual(v, everything{S: "untouched"}) {
		t.Errorf("target became %+v", v)
	}
	bad := everything{Any: map[string]any{"k": []any{1, make(chan int)}}}
	_, err = tagged.Marshal(bad)
	if !errors.As(err, &e) || e.Path != "Any.k[1]" || e.Offset != -1 || !errors.Is(err, tagged.ErrUnsupported) {
		t.Fatalf("%#v", err)
	}
}

func TestBorrowedStringsAndBytesAliasTheSourceAndCopiedOnesDoNot(t *testing.T) {
	c := tagged.Of[everything]()
	v := everything{S: "word", Data: []byte("data"), Any: []any{"loose", []byte("raw")}, Named: map[string]int{"key": 1}}
	src, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	var copied, borrowed everything
	if err := errors.Join(c.Decode(src, &copied), c.DecodeBorrow(src, &borrowed)); err != nil {
		t.Fatal(err)
	}
	for i := range src {
		src[i] = '#'
	}
	if !reflect.DeepEqual(copied, v) {
		t.Errorf("a copy changed with its source: %+v", copied)
	}
	loose := borrowed.Any.([]any)
	if borrowed.S != "####" || string(borrowed.Data) != "####" || loose[0] != "#####" || string(loose[1].([]byte)) != "###" {
		t.Errorf("borrowed values are not the source's: %+v", borrowed)
	}
	if cap(borrowed.Data) != len(borrowed.Data) {
		t.Error("appending to a borrowed slice would write into the source")
	}
}

func TestAppendOfStructsAndTheirSlicesIntoAKeptBufferAllocatesNothing(t *testing.T) {
	c, v := tagged.Of[report](), sample()
	buf, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { buf, err = c.Append(buf[:0], &v) }); n != 0 || err != nil {
		t.Errorf("%v allocations, %v", n, err)
	}
	if n := testing.AllocsPerRun(100, func() { _, err = c.Size(&v) }); n != 0 || err != nil {
		t.Errorf("Size: %v allocations, %v", n, err)
	}
}

func TestTypesWithoutAFormAreRefusedByName(t *testing.T) {
	type cycle *cycle
	var loop cycle
	loop = &loop
	type twice struct {
		A int `tagged:"x"`
		B int `tagged:"x"`
	}
	type reader interface{ Read([]byte) (int, error) }
	for name, v := range map[string]any{
		"channel": make(chan int), "function": func() {}, "pointer to pointer": new(*int), "pointer to any": new(any),
		"two fields of one name": twice{}, "interface with methods": []reader{nil}, "pointer to itself": loop,
	} {
		if _, err := tagged.Marshal(v); !errors.Is(err, tagged.ErrUnsupported) {
			t.Errorf("%s: encode: %v", name, err)
		}
		if v == nil || reflect.TypeOf(v).Kind() == reflect.Slice {
			continue
		}
		if err := tagged.Unmarshal([]byte{0x29}, reflect.New(reflect.TypeOf(v)).Interface()); !errors.Is(err, tagged.ErrUnsupported) {
			t.Errorf("%s: decode: %v", name, err)
		}
	}
}

func TestAValueThatContainsItselfIsErrDepth(t *testing.T) {
	m := map[string]any{}
	m["me"] = m
	s := []any{nil, nil}
	s[0], s[1] = s, s
	e := everything{}
	e.Next = &e
	for name, v := range map[string]any{"map": m, "slice": s, "struct": &e} {
		got, err := tagged.New().Append([]byte("keep"), v)
		if !errors.Is(err, tagged.ErrDepth) || string(got) != "keep" {
			t.Errorf("%s: %d bytes, %.80v", name, len(got), err)
		}
	}
}

func TestTextThatIsNotUTF8IsRefusedBothWays(t *testing.T) {
	for _, v := range []any{"\xff", map[string]int{"\xff": 1}, []map[string]int{{"\xff": 1}, {"\xff": 2}}} {
		if _, err := tagged.Marshal(v); !errors.Is(err, tagged.ErrUTF8) {
			t.Errorf("%q: %v", v, err)
		}
	}
	for _, src := range []string{`022aff`, `0e2a2aff29`, `0f2a2aff2a29`} {
		var v any
		if err := tagged.Unmarshal(h(t, src), &v); !errors.Is(err, tagged.ErrUTF8) || v != nil {
			t.Errorf("%s: %v, %v", src, v, err)
		}
	}
}

func TestUnmarshalPanicsWithoutAPointer(t *testing.T) {
	defer func() {
		if s, _ := recover().(string); !strings.Contains(s, "pointer") {
			t.Fatal("no panic with the reason")
		}
	}()
	_ = tagged.Unmarshal([]byte{0x05}, everything{})
}
