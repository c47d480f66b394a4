package bincode_test

import (
	"errors"
	"io"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/bincode"
)

func TestTagsThatDoNotApplyAreRefused(t *testing.T) {
	for word, values := range map[string][]any{
		"nonzero": {&struct {
			V bincode.Char `bincode:"nonzero"`
		}{}, &struct {
			V time.Duration `bincode:"nonzero"`
		}{}, &struct {
			V *big.Int `bincode:"nonzero"`
		}{}, &struct {
			V string `bincode:"nonzero"`
		}{}},
		"char": {&struct {
			V string `bincode:"char"`
		}{}, &struct {
			V bincode.Opt[rune] `bincode:"char"`
		}{}, &struct {
			V int64 `bincode:"char"`
		}{}},
		"box": {&struct {
			V int `bincode:"box"`
		}{}},
		"u128": {&struct {
			V int `bincode:"u128"`
		}{}, &struct {
			V int `bincode:"i128"`
		}{}, &struct {
			V big.Int `bincode:"u128,i128"`
		}{}},
		"ipv4": {&struct {
			V string `bincode:"ipv4"`
		}{}, &struct {
			V netip.Addr `bincode:"ipv4,ipv6"`
		}{}},
		"enum": {&struct {
			V string `bincode:"enum=3"`
		}{}},
	} {
		for _, v := range values {
			if _, err := bincode.Marshal(v); err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%T: got %v, want an error that names the tag", v, err)
			}
		}
	}
}

func TestNonZeroHoldsForIntegersOf128Bits(t *testing.T) {
	type wide struct {
		U bincode.Uint128 `bincode:"nonzero"`
		I bincode.Int128  `bincode:"nonzero"`
	}
	for _, opts := range [][]bincode.Option{nil, {bincode.Varint()}, {bincode.BigEndian()}} {
		f := bincode.New(opts...)
		one := wide{bincode.Uint128{Lo: 1}, bincode.Int128{Lo: 1}}
		b, err := f.Marshal(&one)
		if err != nil {
			t.Fatal(err)
		}
		var got wide
		if err := f.Unmarshal(b, &got); err != nil || got != one {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := f.Marshal(&wide{I: bincode.Int128{Lo: 1}}); !errors.Is(err, bincode.ErrNonZero) {
			t.Errorf("encoding zero: got %v, want ErrNonZero", err)
		}
		plain, err := f.Marshal(&struct {
			U bincode.Uint128
			I bincode.Int128
		}{I: bincode.Int128{Lo: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Unmarshal(plain, &got); !errors.Is(err, bincode.ErrNonZero) {
			t.Errorf("decoding zero: got %v, want ErrNonZero", err)
		}
	}
}

// idle is a reader that brings nothing and no error.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestAReaderThatBringsNothingDoesNotHoldTheDecoder(t *testing.T) {
	var v uint8
	if err := bincode.NewDecoder(idle{}).Decode(&v); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, want io.ErrNoProgress", err)
	}
}
