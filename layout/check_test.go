package layout_test

import (
	"errors"
	"math"
	"math/bits"
	"strings"
	"structs"
	"sync/atomic"
	"testing"

	"github.com/shmring/ipc/layout"
)

type (
	tick struct {
		Instrument uint32
		Venue      uint16
		_          [2]byte
		Price      float64
	}
	side  uint8
	level struct {
		Price int64
		Size  uint32
		Side  side
		_     [3]byte
	}
	book struct {
		tick
		Bids [4]level
		Grid [2][3]complex64
	}
	shared struct {
		_    structs.HostLayout
		Head atomic.Uint64
		Wait atomic.Uint32
		Seq  atomic.Int32
	}
	wire struct {
		Tag   uint8
		Count layout.U32BE
		Mean  layout.F64LE
	}

	innerBool struct{ Ok bool }
	badBook   struct {
		N     uint64
		Pages [2]struct{ Lines [3]innerBool }
	}
	innerString struct{ Text string }
	embeds      struct {
		ID uint64
		innerString
	}
)

// Types larger than is allowed, 1 TiB and 2 GiB, on platforms that have such types at all.
type (
	huge [1 << (bits.UintSize/2 + 8)]byte
	half [1 << (bits.UintSize/2 - 2)]byte
	over struct{ A, B half }
)

func TestCheckAcceptsEveryFixedType(t *testing.T) {
	for name, check := range map[string]func() error{
		"uint8": layout.Check[uint8], "int8": layout.Check[int8],
		"uint16": layout.Check[uint16], "int16": layout.Check[int16],
		"uint32": layout.Check[uint32], "int32": layout.Check[int32],
		"uint64": layout.Check[uint64], "int64": layout.Check[int64],
		"float32": layout.Check[float32], "float64": layout.Check[float64],
		"complex64": layout.Check[complex64], "complex128": layout.Check[complex128],
		"a named integer":           layout.Check[side],
		"an array":                  layout.Check[[3][5]uint16],
		"written-out padding":       layout.Check[tick],
		"nested structs and arrays": layout.Check[book],
		"atomics behind a marker":   layout.Check[shared],
		"odd offsets":               layout.Check[wire],
		"the largest size":          layout.Check[[math.MaxInt32]byte],
		"complex numbers aligned like their halves": layout.Check[struct {
			A uint64
			B complex128
			C uint32
			D complex64
			E uint32
		}],
		"a struct without a named field": layout.Check[struct{ _ [64]byte }],
	} {
		if err := check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckNamesTheFieldThatBreaksAType(t *testing.T) {
	for _, c := range []struct {
		name   string
		check  func() error
		field  string
		reason string
	}{
		{"padding inside", layout.Check[struct {
			A uint8
			B uint32
		}], "B", "padding before it, from offset 1 to 4"},
		// 64-bit platforms pad the next two, 32-bit ones must refuse them on their behalf.
		{"padding between wide fields", layout.Check[struct {
			A uint32
			B uint64
			C uint32
		}], "B", ""},
		{"padding at the end", layout.Check[struct {
			A uint32
			B uint8
		}], "B", "padding after it, from offset 5 to 8"},
		{"padding at the end after a wide field", layout.Check[struct {
			A uint64
			B uint32
		}], "B", ""},
		{"padding for a marker at the end", layout.Check[struct {
			A uint32
			_ struct{}
		}], "_", "padding after it, from offset 4 to 8"},
		{"padding inside an element", layout.Check[struct {
			A [2]struct {
				B uint8
				C uint16
			}
		}], "A[].C", "padding before it, from offset 1 to 2"},
		{"int", layout.Check[int], "", "int differs in size between platforms"},
		{"uint", layout.Check[struct{ A uint }], "A", "uint differs in size"},
		{"uintptr", layout.Check[struct{ A [2]uintptr }], "A[]", "uintptr differs in size"},
		{"atomic uintptr", layout.Check[struct{ A atomic.Uintptr }], "A.v", "uintptr differs in size"},
		{"bool", layout.Check[bool], "", "bool has invalid bit patterns"},
		{"bool far inside", layout.Check[badBook], "Pages[].Lines[].Ok", "bool has invalid bit patterns"},
		{"pointer", layout.Check[*uint32], "", "*uint32 holds a pointer"},
		{"atomic pointer", layout.Check[struct{ A atomic.Pointer[uint32] }], "A.v", "holds a pointer"},
		{"slice", layout.Check[struct{ A []byte }], "A", "[]uint8 holds a pointer"},
		{"string", layout.Check[struct{ A string }], "A", "string holds a pointer"},
		{"string in an embedded struct", layout.Check[embeds], "innerString.Text", "string holds a pointer"},
		{"embedded pointer", layout.Check[struct{ *tick }], "tick", "holds a pointer"},
		{"map", layout.Check[struct{ A map[uint32]uint32 }], "A", "holds a pointer"},
		{"channel", layout.Check[struct{ A chan uint32 }], "A", "holds a pointer"},
		{"function", layout.Check[struct{ A func() }], "A", "holds a pointer"},
		{"interface", layout.Check[struct{ A error }], "A", "holds a pointer"},
		{"zero size", layout.Check[struct{}], "", "struct {} has no bytes"},
		{"zero length", layout.Check[[0]uint32], "", "[0]uint32 has no bytes"},
		{"array of nothing", layout.Check[[4]struct{}], "", "has no bytes"},
		{"named field of zero size", layout.Check[struct {
			A [0]uint64
			B uint64
		}], "A", "[0]uint64 has no bytes"},
		{"only a marker", layout.Check[struct{ _ structs.HostLayout }], "", "has no bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantTypeError(t, c.check(), c.field, c.reason)
			wantTypeError(t, c.check(), c.field, c.reason) // a refusal is not remembered as a pass
		})
	}
}

func TestCheckRefusesASizeThatOverflowsSmallPlatforms(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("this platform cannot even compile a type of 2 GiB")
	}
	wantTypeError(t, layout.Check[huge](), "", "1099511627776 bytes, at most 2147483647")
	wantTypeError(t, layout.Check[over](), "", "2147483648 bytes, at most 2147483647")
	_, err := layout.View[huge](make([]byte, 8))
	wantTypeError(t, err, "", "at most 2147483647")
}

func TestEveryFunctionRefusesABadType(t *testing.T) {
	b := make([]byte, 16)
	_, viewErr := layout.View[embeds](b)
	_, _, prefixErr := layout.Prefix[embeds](b)
	_, _, suffixErr := layout.Suffix[embeds](b)
	_, sliceErr := layout.Slice[embeds](nil)
	_, loadErr := layout.Load[embeds](b)
	for _, err := range []error{
		viewErr, prefixErr, suffixErr, sliceErr, loadErr,
		panicOf(func() { layout.Bytes(&embeds{}) }),
		panicOf(func() { layout.SliceBytes([]embeds{}) }),
		panicOf(func() { layout.Hash[embeds]() }),
		panicOf(func() { layout.Describe[embeds]() }),
	} {
		wantTypeError(t, err, "innerString.Text", "holds a pointer")
	}
}

func TestATypeErrorReadsAsOneSentence(t *testing.T) {
	const want = "layout: layout_test.badBook cannot lie over raw bytes: " +
		"field Pages[].Lines[].Ok: bool has invalid bit patterns, use uint8"
	if got := layout.Check[badBook]().Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const whole = "layout: int cannot lie over raw bytes: int differs in size between platforms, use a fixed size"
	if got := layout.Check[int]().Error(); got != whole {
		t.Errorf("got  %s\nwant %s", got, whole)
	}
}

func wantTypeError(t *testing.T, err error, field, reason string) {
	t.Helper()
	var te *layout.TypeError
	if !errors.As(err, &te) {
		t.Fatalf("got %v, want a *TypeError", err)
	}
	if te.Type == nil || te.Field != field || !strings.Contains(te.Reason, reason) {
		t.Errorf("got type %v, field %q, reason %q; want field %q, reason %q", te.Type, te.Field, te.Reason, field, reason)
	}
}

// panicOf returns the error that f panics with, or nil.
func panicOf(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
