package bincode_test

import (
	"errors"
	"math/big"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

// Types that embed types with forms, hooks and checks of their own.
type (
	headOption struct {
		bincode.Opt[uint8]
		Name string
	}
	noteOption struct {
		bincode.Opt[uint8]
		Text *string
	}
	numberResult struct {
		bincode.Result[uint8, uint16]
		N uint8
	}
	numberNonZero struct {
		bincode.NonZero[uint8]
		N uint8
	}
	onlyOption struct{ bincode.Opt[uint8] }

	secret     struct{ N byte }
	embedsHook struct {
		hookedExported
		N uint16
	}
	embedsHookPointer struct {
		*HookedPointer
		N uint16
	}
	hookedExported struct{ n byte }
	HookedPointer  struct{ n byte }

	Checked struct{ X uint8 }
	order   struct {
		*Checked
		Y uint8
	}
	DefaultsOf   struct{ Z uint8 }
	withDefaults struct {
		*DefaultsOf
		Y uint8
	}
)

func (h *hookedExported) AppendBincode(dst []byte) ([]byte, error) { return append(dst, h.n), nil }
func (h *hookedExported) UnmarshalBincode(src []byte) (int, error) {
	if len(src) == 0 {
		return 0, errors.New("empty")
	}
	h.n = src[0]
	return 1, nil
}
func (h *HookedPointer) AppendBincode(dst []byte) ([]byte, error) { return append(dst, h.n), nil }
func (h *HookedPointer) UnmarshalBincode(src []byte) (int, error) {
	if len(src) == 0 {
		return 0, errors.New("empty")
	}
	h.n = src[0]
	return 1, nil
}
func (c Checked) Validate() error {
	if c.X > 100 {
		return errors.New("X is too large")
	}
	return nil
}
func (d *DefaultsOf) BincodeDefaults() { d.Z = 9 }

// same encodes v, compares the bytes, and decodes them into another.
func sameBytes[T any](t *testing.T, v T, want string) (got T) {
	t.Helper()
	b, err := bincode.Marshal(&v)
	if err != nil || string(b) != want {
		t.Fatalf("%T: got % x, %v, want % x", v, b, err, want)
	}
	if err := bincode.Unmarshal(b, &got); err != nil {
		t.Fatalf("%T: %v", v, err)
	}
	return got
}

func TestAnEmbeddedTypeWithAFormOfItsOwnIsAFieldLikeAnyOther(t *testing.T) {
	if got := sameBytes(t, headOption{bincode.Some[uint8](3), "ab"}, "\x01\x03\x02\x00\x00\x00\x00\x00\x00\x00ab"); got.Name != "ab" || got.Value != 3 || !got.Some {
		t.Errorf("got %+v", got)
	}
	text := "x"
	if got := sameBytes(t, noteOption{bincode.Some[uint8](3), &text}, "\x01\x03\x01\x01\x00\x00\x00\x00\x00\x00\x00x"); *got.Text != "x" {
		t.Errorf("got %+v", got)
	}
	if got := sameBytes(t, numberResult{bincode.Ok[uint8, uint16](3), 7}, "\x00\x00\x00\x00\x03\x07"); got.N != 7 || got.Ok != 3 {
		t.Errorf("got %+v", got)
	}
	if got := sameBytes(t, numberNonZero{bincode.NonZero[uint8]{Value: 3}, 7}, "\x03\x07"); got.N != 7 || got.Value != 3 {
		t.Errorf("got %+v", got)
	}
	if got := sameBytes(t, onlyOption{bincode.Some[uint8](3)}, "\x01\x03"); got.Value != 3 {
		t.Errorf("got %+v", got)
	}
}

// The bytes of a peer must not reach the memory of another field.
func TestNoBytesOverwriteAPointerThroughAnEmbeddedOption(t *testing.T) {
	for _, src := range []string{"\x01\x01\x03", "\x01\x03\x01", "\x00", "\x01", ""} {
		head := headOption{Name: "before"}
		if err := bincode.Unmarshal([]byte(src), &head); err == nil || head.Name != "before" {
			t.Errorf("% x: got %+v, %v, want an error and the value as it was", src, head, err)
		}
		var note noteOption
		if err := bincode.Unmarshal([]byte(src), &note); err == nil || note.Text != nil {
			t.Errorf("% x: got %p, %v, want an error and the value as it was", src, note.Text, err)
		}
	}
}

func TestAPointerToAGenericTypeIsAnOptionOfIt(t *testing.T) {
	type options struct {
		A *bincode.Opt[int]
		B *bincode.Result[uint8, uint8]
		C *bincode.NonZero[uint8]
	}
	if got := sameBytes(t, options{}, "\x00\x00\x00"); got.A != nil || got.B != nil || got.C != nil {
		t.Errorf("got %+v", got)
	}
	one := bincode.Some(1)
	if got := sameBytes(t, options{A: &one}, "\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"); *got.A != one {
		t.Errorf("got %+v", got)
	}
}

func TestAPromotedHookIsNotTheOuterTypes(t *testing.T) {
	if got := sameBytes(t, embedsHook{hookedExported{5}, 7}, "\x05\x07\x00"); got.n != 5 || got.N != 7 {
		t.Errorf("got %+v", got)
	}
	if got := sameBytes(t, embedsHookPointer{&HookedPointer{5}, 7}, "\x01\x05\x07\x00"); got.n != 5 || got.N != 7 {
		t.Errorf("got %+v", got)
	}
	if got := sameBytes(t, embedsHookPointer{nil, 7}, "\x00\x07\x00"); got.HookedPointer != nil || got.N != 7 {
		t.Errorf("got %+v", got)
	}
}

func TestAPromotedCheckCannotPanicThroughANilPointer(t *testing.T) {
	var o order
	if err := bincode.Unmarshal([]byte{0, 7}, &o); err != nil || o.Checked != nil || o.Y != 7 {
		t.Errorf("got %+v, %v", o, err)
	}
	if err := bincode.Unmarshal([]byte{1, 101, 7}, &o); err == nil {
		t.Error("the embedded value's own check was not made")
	}
	var d withDefaults
	if err := bincode.New(bincode.AllowMissing()).Unmarshal([]byte{0}, &d); err != nil || d.DefaultsOf != nil {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestTypesThatKeepTheirFieldsToThemselvesAreRefused(t *testing.T) {
	type theTime time.Time
	for name, v := range map[string]any{
		"netip.Prefix": &struct {
			P netip.Prefix
			N uint8
		}{},
		"big.Rat":                         &struct{ R big.Rat }{},
		"atomic.Int64":                    &struct{ C atomic.Int64 }{},
		"a defined time":                  &struct{ T theTime }{},
		"an embedded pointer to a secret": &struct{ *secret }{},
	} {
		if _, err := bincode.Marshal(v); err == nil || !strings.Contains(err.Error(), "exported") {
			t.Errorf("%s: got %v, want an error that says why", name, err)
		}
	}
	type secrets struct {
		n int `bincode:"-"`
	}
	if b, err := bincode.Marshal(&secrets{1}); err != nil || len(b) != 0 {
		t.Errorf("a field that stays behind on purpose: % x, %v", b, err)
	}
}
