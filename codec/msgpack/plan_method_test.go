package msgpack_test

import (
	"errors"
	"math/big"
	"net/netip"
	"testing"
	"time"

	lib "github.com/vmihailenco/msgpack/v5"

	"github.com/shmring/ipc/codec/msgpack"
)

type overriding struct {
	time.Time
	N int
}

func (v overriding) EncodeMsgpack(e *lib.Encoder) error { return e.EncodeInt(int64(v.N)) }
func (v *overriding) DecodeMsgpack(d *lib.Decoder) (err error) {
	v.N, err = d.DecodeInt()
	return err
}

func TestOfRefusesMethodsThatBelongToAnEmbeddedField(t *testing.T) {
	type stamped struct {
		time.Time
		N int
	}
	refused[stamped](t)
	refused[[]struct {
		netip.Addr
		N int
	}](t)
	refused[struct{ *big.Int }](t)
	refused[struct{ lib.CustomEncoder }](t)
	refused[struct{ lib.Unmarshaler }](t)
	refused[struct {
		V map[string]*struct{ *netip.Addr }
	}](t)
	v := any(stamped{N: 1})
	if _, err := msgpack.Of[any]().Append(nil, &v); !errors.Is(err, msgpack.ErrValue) {
		t.Error(err)
	}
}

func TestMethodsOfTheTypeOrOfAllThatItHoldsAreCalled(t *testing.T) {
	c := msgpack.Of[overriding]()
	v := overriding{N: 5}
	b, err := c.Append(nil, &v)
	v.N = 0
	if err := errors.Join(err, c.Decode(b, &v)); err != nil || string(b) != "\x05" || v.N != 5 {
		t.Errorf("%q, %+v, %v", b, v, err)
	}
	type wrapped struct{ netip.Addr }
	w := wrapped{netip.MustParseAddr("10.0.0.1")}
	var back wrapped
	d := msgpack.Of[wrapped]()
	b, err = d.Append(nil, &w)
	if err := errors.Join(err, d.Decode(b, &back)); err != nil || string(b) != "\xc4\x04\x0a\x00\x00\x01" || back != w {
		t.Errorf("%q, %+v, %v", b, back, err)
	}
}
