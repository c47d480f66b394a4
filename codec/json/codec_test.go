package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shmring/ipc/codec/json"
)

type order struct {
	ID    uint64            `json:"id"`
	Note  string            `json:"note"`
	Data  []byte            `json:"data"`
	Tags  map[string]string `json:"tags"`
	Price float64           `json:"price"`
}

func ExampleOf() {
	type point struct{ X, Y int }
	c := json.Of[point]()
	text, _ := c.Append(nil, &point{X: 3, Y: 4})
	fmt.Printf("%s\n", text)
	var back point
	fmt.Println(c.Decode(text, &back), back)
	// Output:
	// {"X":3,"Y":4}
	// <nil> {3 4}
}

func TestAppendWritesTheTextWithoutNewlineOrHTMLEscapes(t *testing.T) {
	c := json.Of[order]()
	v := order{ID: 7, Note: "a<b>&\n", Data: []byte{1, 2}, Tags: map[string]string{"b": "2", "a": "1"}, Price: 1.5}
	got, err := c.Append([]byte("keep:"), &v)
	if err != nil {
		t.Fatal(err)
	}
	want := `keep:{"id":7,"note":"a<b>&\n","data":"AQI=","tags":{"a":"1","b":"2"},"price":1.5}`
	if string(got) != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	var back order
	if err := c.Decode(got[len("keep:"):], &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Fatalf("decoded %+v, %v", back, err)
	}
}

func TestAppendFillsABufferOfExactlySizeBytesInPlace(t *testing.T) {
	c := json.Of[order]()
	v := order{Note: strings.Repeat("x", 5000)}
	n, err := c.Size(&v)
	if err != nil {
		t.Fatal(err)
	}
	room := make([]byte, n)
	got, err := c.Append(room[:0:n], &v)
	if err != nil || len(got) != n || &got[0] != &room[0] {
		t.Fatalf("%d bytes, %v; want %d in the buffer given", len(got), err, n)
	}
}

func TestDecodeReplacesFieldsThatTheTextDoesNotName(t *testing.T) {
	v := order{ID: 9, Note: "old", Tags: map[string]string{"old": "1"}}
	if err := json.Of[order]().Decode([]byte(`{"id":1,"tags":{"new":"2"}}`), &v); err != nil {
		t.Fatal(err)
	}
	if want := (order{ID: 1, Tags: map[string]string{"new": "2"}}); !reflect.DeepEqual(v, want) {
		t.Fatalf("got %+v, want %+v", v, want)
	}
}

func TestErrorsKeepTheTypeOfTheLibraryAndLeaveBothSidesUntouched(t *testing.T) {
	c := json.Of[order]()
	bad := order{Price: math.NaN()}
	dst := []byte("keep")
	got, err := c.Append(dst, &bad)
	var value *stdjson.UnsupportedValueError
	if !errors.As(err, &value) || !bytes.Equal(got, []byte("keep")) {
		t.Fatalf("append NaN: %q, %v", got, err)
	}
	if _, err := c.Size(&bad); !errors.As(err, &value) {
		t.Fatalf("size of NaN: %v", err)
	}
	v := order{ID: 3}
	var syntax *stdjson.SyntaxError
	if err := c.Decode([]byte(`{"id":1} x`), &v); !errors.As(err, &syntax) {
		t.Fatalf("trailing text: %v", err)
	}
	var kind *stdjson.UnmarshalTypeError
	if err := c.DecodeBorrow([]byte(`{"id":1,"note":2}`), &v); !errors.As(err, &kind) || kind.Field != "note" {
		t.Fatalf("number for a string: %v", err)
	}
	if v.ID != 3 {
		t.Fatalf("target was changed to %+v", v)
	}
}

func TestNestingBeyondTheLibrarysBoundIsAnError(t *testing.T) {
	var v any
	if err := json.Of[any]().Decode(bytes.Repeat([]byte("["), 1<<20), &v); err == nil || v != nil {
		t.Fatalf("got %v, %v", v, err)
	}
}

func TestTextWrittenByATypesOwnMethodKeepsItsInnerNewlines(t *testing.T) {
	c := json.Of[lines]()
	got, err := c.Append(nil, new(lines))
	if err != nil || string(got) != `{"a":1}` {
		t.Fatalf("%q, %v", got, err)
	}
}

type lines struct{}

func (lines) MarshalJSON() ([]byte, error) { return []byte("{\n\"a\": 1}\n"), nil }

func FuzzDecodeNeverPanicsAndRoundTrips(f *testing.F) {
	f.Add([]byte(`{"id":1,"note":"x","data":"AQI=","tags":{"a":"b"},"price":2}`))
	f.Add([]byte(`null`))
	c := json.Of[order]()
	f.Fuzz(func(t *testing.T, src []byte) {
		var v, again order
		if c.Decode(src, &v) != nil {
			return
		}
		text, err := c.Append(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Size(&v); err != nil || n != len(text) {
			t.Fatalf("size %d, %v; encoded %d", n, err, len(text))
		}
		if err := c.Decode(text, &again); err != nil || !reflect.DeepEqual(v, again) {
			t.Fatalf("%+v became %+v, %v", v, again, err)
		}
	})
}
