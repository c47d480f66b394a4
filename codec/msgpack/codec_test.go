package msgpack_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/msgpack"
)

type order struct {
	ID    uint64 `msgpack:"id"`
	Note  string `msgpack:"note"`
	Data  []byte `msgpack:"data"`
	Lines []line `msgpack:"lines"`
}

type line struct {
	SKU   int32   `msgpack:"sku"`
	Price float64 `msgpack:"price"`
}

func ExampleOf() {
	type point struct{ X, Y int }
	c := msgpack.Of[point]()
	b, _ := c.Append(nil, &point{X: 3, Y: 4})
	fmt.Printf("% x\n", b)
	var back point
	fmt.Println(c.Decode(b, &back), back)
	// Output:
	// 82 a1 58 03 a1 59 04
	// <nil> {3 4}
}

func TestAppendWritesTheBytesOfTheSpecification(t *testing.T) {
	v := map[string]any{
		"a": nil, "b": true, "c": int64(-1), "d": int64(300), "e": uint64(1) << 63,
		"f": 1.5, "g": "x", "h": []any{false}, "i": []byte{7},
	}
	got, err := msgpack.Of[map[string]any]().Append([]byte{0xee}, &v)
	if err != nil {
		t.Fatal(err)
	}
	want := "ee89" + "a161c0" + "a162c3" + "a163ff" + "a164cd012c" + "a165cf8000000000000000" +
		"a166cb3ff8000000000000" + "a167a178" + "a16891c2" + "a169c40107"
	if hex.EncodeToString(got) != want {
		t.Fatalf("got  %x\nwant %s", got, want)
	}
}

func TestAnAnyDecodesToTheDocumentedTypes(t *testing.T) {
	when := time.Unix(1, 500).UTC()
	in := any(map[string]any{"i": int8(-3), "u": uint64(1) << 63, "f": float32(2), "s": "x", "l": []any{nil, true}, "t": when})
	c := msgpack.Of[any]()
	b, err := c.Append(nil, &in)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := c.Decode(b, &out); err != nil {
		t.Fatal(err)
	}
	got := out.(map[string]any)
	if !got["t"].(time.Time).Equal(when) {
		t.Fatalf("time %v", got["t"])
	}
	delete(got, "t")
	want := map[string]any{"i": int64(-3), "u": uint64(1) << 63, "f": float64(2), "s": "x", "l": []any{nil, true}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v", got)
	}
}

func TestDecodeRefusesEachKindOfBadSource(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		want      error
		got       uint64
	}{
		{"nothing", "", msgpack.ErrTruncated, 1},
		{"the code that is never used", "c1", msgpack.ErrCode, 0xc1},
		{"array of 4 billion", "ddffffffff", msgpack.ErrTruncated, 1<<32 - 1},
		{"map of 4 billion", "dfffffffff", msgpack.ErrTruncated, 2 * (1<<32 - 1)},
		{"string of 4 billion", "dbffffffff", msgpack.ErrTruncated, 5 + 1<<32 - 1},
		{"extension of 4 billion", "c9ffffffff05", msgpack.ErrTruncated, 6 + 1<<32 - 1},
		{"extension of the application", "d40500", msgpack.ErrExtension, 5},
		{"timestamp of 5 bytes", "c705ff0102030405", msgpack.ErrExtension, 0xff},
		{"timestamp of 0 bytes", "c700ff", msgpack.ErrExtension, 0xff},
		{"timestamp of a second in nanoseconds", "d7ffee6b280000000000", msgpack.ErrExtension, 0xff},
		{"length cut short", "da01", msgpack.ErrTruncated, 3},
		{"element missing", "9201", msgpack.ErrTruncated, 2},
		{"two values", "0102", msgpack.ErrTrailing, 1},
		{"three levels where two are allowed", "91919101", msgpack.ErrDepth, 3},
	} {
		src, _ := hex.DecodeString(tc.src)
		v := any("untouched")
		err := msgpack.Of[any](msgpack.MaxDepth(2)).Decode(src, &v)
		var detail *msgpack.Error
		if !errors.Is(err, tc.want) || !errors.As(err, &detail) || detail.Got != tc.got {
			t.Errorf("%s: %v", tc.name, err)
		}
		if v != "untouched" {
			t.Errorf("%s: target became %v", tc.name, v)
		}
	}
}

func TestEveryTimestampComesBack(t *testing.T) {
	type pair struct{ A, B time.Time }
	c := msgpack.Of[pair]()
	for _, seconds := range []int64{0, 1, 0x80000000, 0x8fffffff, 0xde000000, 0xdfffffff, 0xffffffff, 1<<34 - 1, 1 << 34, -1} {
		for _, nanos := range []int64{0, 1, 0x80 << 22, 0x8f << 22, 0xde << 22, 999_999_999} {
			v := pair{time.Unix(seconds, nanos).UTC(), time.Unix(seconds, 0).UTC()}
			b, err := c.Append(nil, &v)
			if err != nil {
				t.Fatal(err)
			}
			var back pair
			if err := c.Decode(b, &back); err != nil || !back.A.Equal(v.A) || !back.B.Equal(v.B) {
				t.Errorf("%v came back as %v, %v", v, back, err)
			}
		}
	}
}

func TestATimestampIsNotTakenForAMap(t *testing.T) {
	// Taken for a map of 0x7fff entries, the payload goes on to promise an array of 0xff303030.
	for _, src := range []string{"d7ffde7fffddff303030", "d6ff81a16e01", "d6ffde7fffdd"} {
		b, _ := hex.DecodeString(src)
		v := order{ID: 5}
		if err := msgpack.Of[order]().Decode(b, &v); err == nil || v.ID != 5 {
			t.Errorf("%s became %+v, %v", src, v, err)
		}
	}
}

func TestDecodeSurvivesAMillionLevels(t *testing.T) {
	var v any
	if err := msgpack.Of[any]().Decode(bytes.Repeat([]byte{0x91}, 1<<20), &v); !errors.Is(err, msgpack.ErrDepth) {
		t.Fatal(err)
	}
}

func TestDecodeOfTheDeepestAllowedValueSucceeds(t *testing.T) {
	src := append(bytes.Repeat([]byte{0x91}, msgpack.DefaultMaxDepth), 0x05)
	var v any
	if err := msgpack.Of[any]().Decode(src, &v); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyThatGoCannotHashIsAnErrorNotAPanic(t *testing.T) {
	v := map[any]any{"untouched": 1}
	err := msgpack.Of[map[any]any]().Decode([]byte{0x81, 0x91, 0x01, 0x02}, &v)
	if !errors.Is(err, msgpack.ErrValue) || len(v) != 1 {
		t.Fatalf("%v, %v", v, err)
	}
}

func TestAValueThatDoesNotFitItsFieldIsErrValueAndLeavesTheTarget(t *testing.T) {
	v := order{ID: 5}
	src := []byte{0x82, 0xa2, 'i', 'd', 0x01, 0xa4, 'n', 'o', 't', 'e', 0x90}
	if err := msgpack.Of[order]().Decode(src, &v); !errors.Is(err, msgpack.ErrValue) || v.ID != 5 {
		t.Fatalf("%+v, %v", v, err)
	}
}

func TestAValueWithoutAFormIsErrValueAndLeavesTheBuffer(t *testing.T) {
	c := msgpack.Of[map[string]any]()
	v := map[string]any{"c": make(chan int)}
	got, err := c.Append([]byte("keep"), &v)
	if !errors.Is(err, msgpack.ErrValue) || string(got) != "keep" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := c.Size(&v); !errors.Is(err, msgpack.ErrValue) {
		t.Fatal(err)
	}
	good := map[string]any{"n": int64(1)}
	if got, err = c.Append(nil, &good); err != nil || hex.EncodeToString(got) != "81a16e01" {
		t.Fatalf("after an error: %x, %v", got, err)
	}
}

func TestTheDeepestValueThatCanBeAllowedFitsTheStack(t *testing.T) {
	type node struct{ N []node }
	const levels = 100_000
	c := msgpack.Of[node](msgpack.MaxDepth(levels))
	src := append(bytes.Repeat([]byte{0x81, 0xa1, 'N', 0x91}, levels/2), 0x80)
	var v node
	if err := c.Decode(src, &v); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Append(nil, &v); !errors.Is(err, msgpack.ErrDepth) { // the innermost is a map of one entry, too
		t.Errorf("%d bytes, %v", len(b), err)
	}
	v = v.N[0]
	if _, err := c.Append(nil, &v); err != nil {
		t.Error(err)
	}
}

func TestOptionsPanicBeyondTheirRange(t *testing.T) {
	for name, f := range map[string]func(){
		"depth":  func() { msgpack.MaxDepth(-1) },
		"stack":  func() { msgpack.MaxDepth(100_001) },
		"memory": func() { msgpack.MaxMemory(-1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
