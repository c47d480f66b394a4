package bincode_test

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

type item struct {
	Price  float64
	Active bool
	Name   string
}

type book struct {
	ID     uint64
	Orders []item
	ByName map[string]item
	Next   *book
}

func newBook() book {
	return book{ID: 1, Orders: []item{{1, true, "a"}, {2, false, "b"}, {3, true, "a longer name than thirty-two bytes of text"}, {4, true, "d"}},
		ByName: map[string]item{"k": {Name: "v"}}, Next: &book{ID: 2}}
}

func TestErrorsNameTheFieldTheByteAndTheClass(t *testing.T) {
	v := newBook()
	b, err := bincode.Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	bad := append([]byte(nil), b...)
	at := 8 + 8 + 3*(8+1+8) + 1 + 1 + 43 + 8 // the Active of Orders[3]
	bad[at] = 7
	err = bincode.Unmarshal(bad, &book{})
	var e *bincode.Error
	if !errors.As(err, &e) || e.Path != "orders[3].active" || e.Offset != at || e.Class != bincode.ErrBool || !errors.Is(err, bincode.ErrBool) {
		t.Errorf("%+v", err)
	}
	if want := "bincode: decode bincode_test.book: orders[3].active: invalid-bool at byte 120: got 7, allowed 0 or 1"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	err = bincode.Unmarshal(b[:20], &book{})
	if !errors.As(err, &e) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(e.Path, "orders") {
		t.Errorf("%v", err)
	}
	v.Next.Orders = []item{{}, {Name: "\xff"}}
	if _, err = bincode.Marshal(&v); !errors.As(err, &e) || e.Path != "next.orders[1].name" || e.Op != "encode" {
		t.Errorf("%v", err)
	}
}

func TestARefusedMessageLeavesTheTargetUntouched(t *testing.T) {
	v := newBook()
	good, err := bincode.Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	for at := range good {
		bad := append([]byte(nil), good...)
		bad[at] ^= 0xff
		target, want := newBook(), newBook()
		for i := range target.Orders {
			target.Orders[i].Price, want.Orders[i].Price = 99, 99
		}
		if err := bincode.Unmarshal(bad, &target); err != nil && !reflect.DeepEqual(target, want) {
			t.Fatalf("byte %d: %v left %+v", at, err, target)
		}
	}
}

// allocated runs f and returns the bytes that it allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHostileLengthsCostNothing(t *testing.T) {
	type big struct {
		Pad  [1024]byte `bincode:"-"`
		Flag bool
	}
	for _, n := range []uint64{math.MaxUint64, 1 << 63, math.MaxInt64, 1 << 40, 1 << 32, 1 << 21, 1000} {
		src := binary.LittleEndian.AppendUint64(nil, n)
		src = append(src, 1, 1, 1)
		for _, target := range []any{
			new(string), new([]byte), new([]uint64), new([][]byte), new([]item), new(map[string]int), new(map[uint8]struct{}),
			new([]big), new([]map[string]string), new([][0]int32), new([]*[]string), new([]bincode.Opt[big]),
		} {
			var err error
			bincode.Unmarshal([]byte{}, target) // compiles the type
			cost := allocated(func() { err = bincode.Unmarshal(src, target) })
			if empty := reflect.TypeOf(target).Elem() == reflect.TypeFor[[][0]int32](); empty && n <= 1<<20 {
				if err != nil {
					t.Errorf("%T of %d: %v", target, n, err)
				}
			} else if err == nil {
				t.Errorf("%T of length %d was accepted", target, n)
			}
			if cost > 16<<10 {
				t.Errorf("%T of length %d cost %d bytes", target, n, cost)
			}
		}
	}
}

func TestElementsWithoutBytesAreCappedApart(t *testing.T) {
	type unseen struct {
		A [100]int `bincode:"-"`
	}
	n := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	var units []struct{}
	if err := bincode.Unmarshal(n(1<<20), &units); err != nil || len(units) != 1<<20 {
		t.Error(err, len(units))
	}
	if err := bincode.Unmarshal(n(1<<20+1), &units); !errors.Is(err, bincode.ErrLimit) {
		t.Error(err)
	}
	var empty []unseen
	if err := bincode.Unmarshal(n(1000), &empty); err != nil || len(empty) != 1000 {
		t.Error(err, len(empty))
	}
	if err := bincode.Unmarshal(n(1<<20), &empty); !errors.Is(err, bincode.ErrLimit) {
		t.Error(err)
	}
}

func TestNestingIsBounded(t *testing.T) {
	type list struct{ Next *list }
	deep := make([]byte, 1<<20)
	for i := range deep {
		deep[i] = 1
	}
	if err := bincode.Unmarshal(deep, &list{}); !errors.Is(err, bincode.ErrDepth) {
		t.Error(err)
	}
	four := []byte{1, 1, 1, 0}
	if err := bincode.New(bincode.MaxDepth(3)).Unmarshal(four, &list{}); err != nil {
		t.Error(err)
	}
	if err := bincode.New(bincode.MaxDepth(2)).Unmarshal(four, &list{}); !errors.Is(err, bincode.ErrDepth) {
		t.Error(err)
	}
}

func TestTrailingBytesAreRefusedOnlyWhenAskedFor(t *testing.T) {
	src := []byte{1, 0, 2}
	var v uint16
	if err := bincode.Unmarshal(src, &v); err != nil || v != 1 {
		t.Error(v, err)
	}
	v = 9
	for _, decode := range []func([]byte) error{
		func(b []byte) error { return bincode.New(bincode.RejectTrailing()).Unmarshal(b, &v) },
		func(b []byte) error { return bincode.Of[uint16](bincode.RejectTrailing()).Decode(b, &v) },
	} {
		if err := decode(src); !errors.Is(err, bincode.ErrTrailing) || v != 9 {
			t.Error(v, err)
		}
	}
	if n, err := bincode.New(bincode.RejectTrailing()).UnmarshalPrefix(src, &v); n != 2 || err != nil {
		t.Error(n, err)
	}
}

func TestLimitsHoldInBothDirections(t *testing.T) {
	f := bincode.New(bincode.Limit(16))
	if b, err := f.Marshal("12345678"); len(b) != 16 || err != nil {
		t.Error(b, err)
	}
	if _, err := f.Marshal("123456789"); !errors.Is(err, bincode.ErrLimit) {
		t.Error(err)
	}
	long, _ := bincode.Marshal("123456789")
	var s string
	if err := f.Unmarshal(long, &s); !errors.Is(err, bincode.ErrLimit) || s != "" {
		t.Error(s, err)
	}
	if err := f.Unmarshal(long[:16], &s); !errors.Is(err, bincode.ErrLimit) {
		t.Error(err)
	}
}
