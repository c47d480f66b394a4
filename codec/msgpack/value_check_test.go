package msgpack_test

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"net/url"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/msgpack"
)

type (
	base        struct{ ID int }
	number      int
	selfPointer *selfPointer
	SelfEmbed   struct {
		*SelfEmbed
		N int
	}
	definedTime time.Time
	halfText    struct{ S string }
	mixedText   struct{ S string }
)

func (halfText) MarshalText() ([]byte, error)     { return []byte("x"), nil }
func (mixedText) MarshalText() ([]byte, error)    { return []byte("x"), nil }
func (*mixedText) UnmarshalBinary(b []byte) error { return nil }

// refused tries every method of a codec whose type is refused.
func refused[T any](t *testing.T) {
	t.Helper()
	var v T
	c := msgpack.Of[T]()
	if b, err := c.Append([]byte("keep"), &v); !errors.Is(err, msgpack.ErrValue) || string(b) != "keep" {
		t.Errorf("%T: %q, %v", v, b, err)
	}
	if _, err := c.Size(&v); !errors.Is(err, msgpack.ErrValue) {
		t.Errorf("size of %T: %v", v, err)
	}
	if err := errors.Join(c.Decode([]byte{0x80}, &v), c.DecodeBorrow([]byte{0x01}, &v)); !errors.Is(err, msgpack.ErrValue) {
		t.Errorf("decode %T: %v", v, err)
	}
}

func TestOfRefusesWhatTheLibraryCannotHandle(t *testing.T) {
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	refused[uintptr](t)
	refused[map[string][]struct{ P *uintptr }](t)
	refused[complex64](t)
	refused[struct{ C chan int }](t)
	refused[struct{ F func() }](t)
	refused[selfPointer](t)
	refused[struct{ P selfPointer }](t)
	refused[SelfEmbed](t)
	refused[fmt.Stringer](t)
	refused[struct{ T encoding.TextMarshaler }](t)
	refused[struct {
		A int `msgpack:"n"`
		B int `msgpack:"n"`
	}](t)
	refused[struct {
		A int `msgpack:"a,alias:b"`
		B int `msgpack:"b"`
	}](t)
	refused[struct {
		base
		ID int
	}](t)
	refused[struct {
		*base
		N int
	}](t)
	refused[struct {
		number
		N int
	}](t)
	refused[struct {
		*base `msgpack:",inline"`
	}](t)
	refused[struct {
		S string `msgpack:",intern"`
	}](t)
	refused[struct {
		S string `msgpack:"'a,b'"`
	}](t)
	refused[struct{ U url.Userinfo }](t)
	refused[struct{ N atomic.Int64 }](t)
	refused[struct{ B bytes.Buffer }](t)
	refused[definedTime](t)
	refused[halfText](t)
	refused[mixedText](t)
	if logged.Len() > 0 {
		t.Errorf("the library logged %q", logged.String())
	}
}

func TestWhatAnInterfaceHoldsIsRefusedToo(t *testing.T) {
	var self any
	self = &self
	cycle := map[string]any{}
	cycle["x"] = []any{cycle}
	type list struct{ Next any }
	ring := &list{}
	ring.Next = ring
	var p selfPointer
	p = &p
	c := msgpack.Of[any]()
	for _, tc := range []struct {
		name string
		v    any
		want error
	}{
		{"uintptr", []any{uintptr(1)}, msgpack.ErrValue},
		{"a map with integers as keys", map[string]any{"m": map[int]string{1: "x"}}, msgpack.ErrValue},
		{"a map of any with an integer as key", map[any]any{"a": 1, 2: 3}, msgpack.ErrValue},
		{"a map of any with nil as key", map[any]any{nil: 3}, msgpack.ErrValue},
		{"two fields of one name", struct {
			A int `msgpack:"n"`
			B int `msgpack:"n"`
		}{}, msgpack.ErrValue},
		{"no exported field", atomic.Bool{}, msgpack.ErrValue},
		{"a pointer to itself", p, msgpack.ErrValue},
		{"an interface that points to itself", self, msgpack.ErrDepth},
		{"a map that contains itself", cycle, msgpack.ErrDepth},
		{"a struct that contains itself", ring, msgpack.ErrDepth},
		{"a method that panics", any((*panics)(nil)), nil},
		{"a method that panics", panics{}, msgpack.ErrValue},
	} {
		if b, err := c.Append([]byte("keep"), &tc.v); !errors.Is(err, tc.want) || err != nil && string(b) != "keep" {
			t.Errorf("%s: %d bytes, %v", tc.name, len(b), err)
		}
		if _, err := c.Size(&tc.v); !errors.Is(err, tc.want) {
			t.Errorf("size of %s: %v", tc.name, err)
		}
	}
}

type panics struct{ N int }

func (panics) MarshalMsgpack() ([]byte, error) { panic("for a test") }
func (*panics) UnmarshalMsgpack([]byte) error  { panic("for a test") }

func TestAMethodThatPanicsIsAnError(t *testing.T) {
	c := msgpack.Of[panics]()
	var v panics
	if _, err := c.Append(nil, &v); !errors.Is(err, msgpack.ErrValue) {
		t.Error(err)
	}
	if err := c.Decode([]byte{0x01}, &v); !errors.Is(err, msgpack.ErrValue) {
		t.Error(err)
	}
}

func TestAValueThatNestsDeeperThanCanBeDecodedIsNotEncoded(t *testing.T) {
	type node struct{ Next *node }
	for _, tc := range []struct {
		levels int
		want   error
	}{{3, nil}, {4, msgpack.ErrDepth}, {100_000, msgpack.ErrDepth}} {
		var v *node
		for range tc.levels {
			v = &node{v}
		}
		c := msgpack.Of[node](msgpack.MaxDepth(3))
		b, err := c.Append(nil, v)
		if !errors.Is(err, tc.want) {
			t.Errorf("%d levels: %v", tc.levels, err)
		}
		if back := (node{}); err == nil && c.Decode(b, &back) != nil {
			t.Errorf("%d levels do not come back", tc.levels)
		}
	}
	v := [][]int{{1}}
	if _, err := msgpack.Of[[][]int](msgpack.MaxDepth(1)).Append(nil, &v); !errors.Is(err, msgpack.ErrDepth) {
		t.Error(err)
	}
	v = [][]int{nil}
	if _, err := msgpack.Of[[][]int](msgpack.MaxDepth(1)).Append(nil, &v); err != nil {
		t.Error(err)
	}
}

type (
	inner struct {
		A int
		T time.Time
	}
	shadowed struct{ N int }
)

func TestEmbeddedStructsThatTheLibraryHandlesComeBack(t *testing.T) {
	type record struct {
		inner
		*shadowed `msgpack:"-"`
		N         int
		Shadowed  shadowed
		Prefix    netip.Prefix
		URL       *url.URL
		Err       error
		Loop      *record
		_msgpack  struct{} `msgpack:",as_array"` //lint:ignore U1000 the library reads its tag
	}
	v := record{inner: inner{1, time.Unix(5, 0)}, N: 2, Shadowed: shadowed{3}, Prefix: netip.MustParsePrefix("10.0.0.0/8"),
		URL: &url.URL{Scheme: "http", Host: "x"}, Err: errors.New("text"), Loop: &record{N: 4}}
	c := msgpack.Of[record]()
	b, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	var back record
	if err := c.Decode(b, &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%+v\nbecame %+v, %v", v, back, err)
	}
	deep := struct {
		M map[int]map[[2]int8]string
	}{map[int]map[[2]int8]string{1: {{2, 3}: "x"}}}
	d := msgpack.Of[struct {
		M map[int]map[[2]int8]string
	}]()
	if b, err = d.Append(nil, &deep); err != nil {
		t.Fatal(err)
	}
	deep2 := deep
	deep2.M = nil
	if err := d.Decode(b, &deep2); err != nil || !reflect.DeepEqual(deep, deep2) {
		t.Errorf("%v became %v, %v", deep, deep2, err)
	}
}
