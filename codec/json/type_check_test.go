package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/json"
)

type (
	selfPointer *selfPointer
	definedTime time.Time
	list        struct {
		Next *list
		Any  any
	}
)

func refused[T any](t *testing.T) {
	t.Helper()
	var v T
	var detail *stdjson.UnsupportedTypeError
	c := json.Of[T]()
	if b, err := c.Append([]byte("keep"), &v); !errors.As(err, &detail) || string(b) != "keep" {
		t.Errorf("%T: %q, %v", v, b, err)
	}
	if _, err := c.Size(&v); !errors.As(err, &detail) {
		t.Errorf("size of %T: %v", v, err)
	}
	for _, decode := range []func([]byte, *T) error{c.Decode, c.DecodeBorrow} {
		if err := decode([]byte(`1`), &v); !errors.As(err, &detail) {
			t.Errorf("decode %T: %v", v, err)
		}
	}
}

func TestOfRefusesWhatEncodingJSONWouldLoseOrNeverEnd(t *testing.T) {
	refused[selfPointer](t)
	refused[struct{ P map[string][]selfPointer }](t)
	refused[struct{ N atomic.Int64 }](t)
	refused[struct{ U *url.Userinfo }](t)
	refused[struct{ B bytes.Buffer }](t)
	refused[definedTime](t)
	refused[struct{ n int }](t)
}

func TestTypesThatContainThemselvesAreFine(t *testing.T) {
	v := list{Next: &list{}}
	var back list
	c := json.Of[list]()
	b, err := c.Append(nil, &v)
	if err := errors.Join(err, c.Decode(b, &back)); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%s, %v", b, err)
	}
	type empty struct {
		_    int
		Lock struct {
			state int `json:"-"`
		}
		When time.Time
		Big  *bytes.Buffer `json:"-"`
	}
	if _, err := json.Of[empty]().Append(nil, new(empty)); err != nil {
		t.Error(err)
	}
}

func TestACycleIsAnError(t *testing.T) {
	var self any
	self = &self
	var p selfPointer
	p = &p
	ring := &list{}
	ring.Next = ring
	for name, v := range map[string]any{"interface": self, "pointer": p, "struct": ring} {
		var detail *stdjson.UnsupportedValueError
		if _, err := json.Of[any]().Append(nil, &v); !errors.As(err, &detail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMethodThatPanicsIsAnError(t *testing.T) {
	type holder struct{ V panics }
	c := json.Of[holder]()
	if b, err := c.Append([]byte("keep"), new(holder)); err == nil || string(b) != "keep" || !strings.Contains(err.Error(), "for a test") {
		t.Errorf("%q, %v", b, err)
	}
	v := holder{panics{5}}
	if err := c.Decode([]byte(`{"V":1}`), &v); err == nil || v.V.N != 5 {
		t.Errorf("%+v, %v", v, err)
	}
}

type panics struct{ N int }

func (panics) MarshalJSON() ([]byte, error) { panic("for a test") }
func (*panics) UnmarshalJSON([]byte) error  { panic("for a test") }
