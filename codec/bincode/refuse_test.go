package bincode_test

import (
	"errors"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

func TestUnsupportedTypesAreErrorsNotPanics(t *testing.T) {
	type bad struct{ Deep []map[string]chan int }
	if _, err := bincode.Marshal(bad{}); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	c := bincode.Of[bad]()
	_, sizeErr := c.Size(&bad{})
	_, appendErr := c.Append(nil, &bad{})
	for _, err := range []error{sizeErr, appendErr, c.Decode(nil, &bad{}), c.DecodeBorrow(nil, &bad{})} {
		if !errors.Is(err, bincode.ErrType) {
			t.Error(err)
		}
	}
	var nothing *int
	for _, v := range []any{nil, nothing, 5} {
		if err := bincode.Unmarshal([]byte{0}, v); !errors.Is(err, bincode.ErrType) {
			t.Errorf("%v: %v", v, err)
		}
	}
	if _, err := bincode.Marshal(nothing); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	if err := bincode.Of[int]().Decode(nil, nil); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	for _, v := range []any{struct {
		A int `bincode:"omitempty"`
	}{}, struct {
		A string `bincode:"enum=3"`
	}{}, struct{ A any }{}, struct {
		A uint8 `bincode:"enum=300"`
	}{}} {
		if _, err := bincode.Marshal(v); !errors.Is(err, bincode.ErrType) {
			t.Errorf("%T: %v", v, err)
		}
	}
}

func TestValuesWithoutAWireFormAreRefused(t *testing.T) {
	number := int32(1)
	text := "t"
	for i, c := range []struct {
		v    any
		want bincode.Class
	}{
		{"a\xffb", bincode.ErrUTF8},
		{"a text of more than thirty-two bytes \xff", bincode.ErrUTF8},
		{bincode.Char(0xd800), bincode.ErrChar},
		{bincode.Char(-1), bincode.ErrChar},
		{level(3), bincode.ErrEnumTag},
		{pick{}, bincode.ErrEnumTag},
		{pick{Number: &number, Text: &text}, bincode.ErrEnumTag},
		{bincode.NonZero[int8]{}, bincode.ErrNonZero},
		{time.Duration(-1), bincode.ErrDuration},
		{time.Time{}, bincode.ErrDuration},
		{bincode.Duration{Nanos: 1e9}, bincode.ErrDuration},
		{netip.Addr{}, bincode.ErrValue},
		{netip.MustParseAddr("fe80::1%eth0"), bincode.ErrValue},
		{new(big.Int).Lsh(big.NewInt(1), 127), bincode.ErrIntRange},
		{struct {
			B *header `bincode:"box"`
		}{}, bincode.ErrValue},
	} {
		p := reflect.New(reflect.TypeOf(c.v))
		p.Elem().Set(reflect.ValueOf(c.v))
		dst := []byte("kept")
		if got, err := bincode.Append(dst, p.Interface()); !errors.Is(err, c.want) || string(got) != "kept" {
			t.Errorf("%d %v: %q, %v, want %v", i, c.v, got, err, c.want)
		}
	}
}

func TestACyclicValueIsRefusedByDepth(t *testing.T) {
	type node struct{ Next *node }
	n := &node{}
	n.Next = n
	if _, err := bincode.Marshal(n); !errors.Is(err, bincode.ErrDepth) {
		t.Error(err)
	}
	if _, err := bincode.Size(n); !errors.Is(err, bincode.ErrDepth) {
		t.Error(err)
	}
}
