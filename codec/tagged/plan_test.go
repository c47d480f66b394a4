package tagged_test

import (
	"bytes"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/tagged"
)

type hidden struct{ N int }

type (
	definedTime time.Time
	definedBig  big.Int
)

func TestATypeOfWhichNothingWouldTravelIsRefused(t *testing.T) {
	f := tagged.New()
	for _, v := range []any{
		struct{ U url.Userinfo }{}, struct{ N atomic.Int64 }{}, struct{ B bytes.Buffer }{}, definedTime{}, definedBig{},
		struct{ n int }{}, struct{ hidden }{}, struct{ *hidden }{},
		struct {
			hidden
			M int
		}{},
		struct {
			*hidden
			M int
		}{},
	} {
		if b, err := f.Append(nil, v); !errors.Is(err, tagged.ErrUnsupported) {
			t.Errorf("%T: % x, %v", v, b, err)
		}
		p := reflect.New(reflect.TypeOf(v)).Interface()
		src := append(append(h(t, `0e2a2a`), reflect.TypeOf(v).Field(0).Name[:1]...), h(t, `0e29`)...) // the field is {}
		if err := f.Unmarshal(src, p); !errors.Is(err, tagged.ErrUnsupported) {
			t.Errorf("decode %T: %v", v, err)
		}
	}
}

func TestWhatATagExcludesIsNotMissed(t *testing.T) {
	type lock struct{ state int }
	_ = lock{}.state
	v := struct {
		_      int32
		lock   lock
		hidden `tagged:"-"`
		B      bytes.Buffer `tagged:"-"`
		None   struct{}
		Only   struct {
			n int `tagged:"-"`
		}
		P netip.Prefix
	}{P: netip.MustParsePrefix("10.0.0.0/8")}
	back := v
	back.P = netip.Prefix{}
	b, err := tagged.Marshal(v)
	if err := errors.Join(err, tagged.Unmarshal(b, &back)); err != nil || back.P != v.P {
		t.Errorf("%+v, %v", back, err)
	}
}
