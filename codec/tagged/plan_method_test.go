package tagged_test

import (
	"encoding"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/tagged"
)

type (
	stamped struct {
		time.Time
		N int
	}
	addressed struct {
		netip.Addr
		N int
	}
	maybe struct {
		*netip.Addr
		N int
	}
	overriding struct {
		netip.Addr
		N int
	}
)

func (v overriding) MarshalText() ([]byte, error)     { return []byte("own"), nil }
func (v *overriding) UnmarshalText(text []byte) error { v.N = len(text); return nil }

func TestAnEmbeddedFieldTravelsAsAnyOther(t *testing.T) {
	addr := netip.MustParseAddr("10.0.0.1")
	for _, v := range []any{
		&stamped{time.Unix(5, 0).UTC(), 1}, &addressed{addr, 2}, &maybe{&addr, 3}, &maybe{nil, 4}, &struct{ netip.Addr }{addr},
	} {
		back := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		b, err := tagged.Marshal(v)
		if err := errors.Join(err, tagged.Unmarshal(b, back)); err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%+v became %+v, %v", v, back, err)
		}
	}
	v := overriding{N: 7}
	b, err := tagged.Marshal(v)
	if err := errors.Join(err, tagged.Unmarshal(b, &v)); err != nil || string(b) != "\x02\x10\x03own" || v.N != 3 {
		t.Errorf("% x, %+v, %v", b, v, err)
	}
}

func TestNoSourceCallsAMethodOfANilEmbeddedPointer(t *testing.T) {
	type text interface {
		encoding.TextMarshaler
		encoding.TextUnmarshaler
	}
	type held struct {
		text
		N int
	}
	for _, v := range []any{new(maybe), new(held), new(struct{ *netip.Addr }), new(struct{ V *held })} {
		for _, src := range []string{`022a"x"`, `0e29`, `05`, `0e2a1004"Addr"05`, `0e2a2a"V"0e29`} {
			_ = tagged.Unmarshal(h(t, src), v) // must not panic
			if _, err := tagged.Marshal(v); err != nil && !errors.Is(err, tagged.ErrUnsupported) {
				t.Errorf("%T: %v", v, err)
			}
		}
	}
}
