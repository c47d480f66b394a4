package json_test

import (
	"encoding"
	stdjson "encoding/json"
	"errors"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/json"
)

type (
	overriding struct {
		time.Time
		N int
	}
	half struct {
		time.Time
		N int
	}
)

func (v overriding) MarshalJSON() ([]byte, error)  { return stdjson.Marshal(v.N) }
func (v *overriding) UnmarshalJSON(b []byte) error { return stdjson.Unmarshal(b, &v.N) }
func (v half) MarshalJSON() ([]byte, error)        { return stdjson.Marshal(v.N) }

func TestOfRefusesMethodsThatBelongToAnEmbeddedField(t *testing.T) {
	refused[struct {
		time.Time
		N int
	}](t)
	refused[[]struct {
		netip.Addr
		N int
	}](t)
	refused[struct{ *big.Int }](t)
	refused[struct{ stdjson.Marshaler }](t)
	refused[struct{ encoding.TextUnmarshaler }](t)
	refused[struct {
		V map[string]*struct{ *netip.Addr }
	}](t)
	refused[half](t)
}

func TestMethodsOfTheTypeOrOfAllThatItHoldsAreCalled(t *testing.T) {
	c := json.Of[overriding]()
	v := overriding{N: 5}
	b, err := c.Append(nil, &v)
	v.N = 0
	if err := errors.Join(err, c.Decode(b, &v)); err != nil || string(b) != "5" || v.N != 5 {
		t.Errorf("%s, %+v, %v", b, v, err)
	}
	type wrapped struct{ netip.Addr }
	w := wrapped{netip.MustParseAddr("10.0.0.1")}
	var back wrapped
	d := json.Of[wrapped]()
	b, err = d.Append(nil, &w)
	if err := errors.Join(err, d.Decode(b, &back)); err != nil || string(b) != `"10.0.0.1"` || back != w {
		t.Errorf("%s, %+v, %v", b, back, err)
	}
}
