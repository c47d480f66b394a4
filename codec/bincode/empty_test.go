package bincode_test

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"runtime"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

// counter is a type with hooks whose bytes the program of a slice of it does not know.
type counter struct{ N, Reads uint64 }

func (c *counter) AppendBincode(dst []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint64(dst, c.N), nil
}

func (c *counter) UnmarshalBincode(src []byte) (int, error) {
	if len(src) < 8 {
		return 0, io.ErrUnexpectedEOF
	}
	c.N = binary.LittleEndian.Uint64(src)
	return 8, nil
}

// blank has hooks and no bytes.
type blank struct{ Room [64]byte }

func (*blank) AppendBincode(dst []byte) ([]byte, error) { return dst, nil }
func (*blank) UnmarshalBincode([]byte) (int, error)     { return 0, nil }

// skipped has memory and no bytes.
type skipped struct {
	Room [4096]byte `bincode:"-"`
}

func TestSlicesAndMapsOfTypesWithHooksMayBeLong(t *testing.T) {
	list := make([]counter, 100_000)
	table := map[uint32]counter{}
	for i := range list {
		list[i].N = uint64(i)
		table[uint32(i)] = list[i]
	}
	var gotList []counter
	var gotTable map[uint32]counter
	for _, c := range []struct{ in, out any }{{&list, &gotList}, {&table, &gotTable}} {
		b, err := bincode.Marshal(c.in)
		if err == nil {
			err = bincode.Unmarshal(b, c.out)
		}
		if err != nil || !reflect.DeepEqual(c.in, c.out) {
			t.Errorf("%T: %v", c.in, err)
		}
		f := bincode.New(bincode.Limit(1<<24), bincode.Compat1())
		if err := f.Unmarshal(b, c.out); err != nil || !reflect.DeepEqual(c.in, c.out) {
			t.Errorf("%T under a limit: %v", c.in, err)
		}
	}
}

// TestElementsWithoutBytesAreCountedOverTheWholeMessage sends slices of slices, and maps, of elements that have memory but
// no bytes: each is small, and a message could hold thousands.
func TestElementsWithoutBytesAreCountedOverTheWholeMessage(t *testing.T) {
	input := func(outer int, inner uint64) []byte {
		b := binary.LittleEndian.AppendUint64(nil, uint64(outer))
		for range outer {
			b = binary.LittleEndian.AppendUint64(b, inner)
		}
		return b
	}
	for _, v := range []any{new([][]skipped), new([][]blank), new([]map[struct{}]skipped), new([]map[blank]blank), new([][]struct{})} {
		for _, opts := range [][]bincode.Option{nil, {bincode.Limit(1 << 24), bincode.Compat1()}} {
			f := bincode.New(opts...)
			if err := f.Unmarshal(input(2, 3), v); err != nil {
				t.Errorf("%T: six elements: %v", v, err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := f.Unmarshal(input(10_000, 200), v)
			runtime.ReadMemStats(&after)
			if taken := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, bincode.ErrLimit) || taken > 16<<20 {
				t.Errorf("%T: two million elements took %d bytes of memory and gave %v", v, taken, err)
			}
		}
	}
}

type anyKey interface{ isKey() }
type numberKey uint8
type listKey struct{ Items []uint8 }

func (numberKey) isKey() {}
func (listKey) isKey()   {}

func TestKeysThatGoCannotCompareAreRefusedBeforeAPeerCanSendThem(t *testing.T) {
	numbers, both := bincode.Variants[anyKey](numberKey(0)), bincode.Variants[anyKey](numberKey(0), listKey{})
	m := map[anyKey]bool{numberKey(5): true}
	if b, err := bincode.Of[map[anyKey]bool](numbers).Append(nil, &m); err != nil || len(b) != 8+4+1+1 {
		t.Errorf("%x, %v", b, err)
	}
	if err := bincode.Of[map[anyKey]bool](both).Decode(make([]byte, 64), &m); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	var deep map[struct{ Pair [2]anyKey }]bool
	if err := bincode.Of[map[struct{ Pair [2]anyKey }]bool](both).Decode(make([]byte, 64), &deep); !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
}

// TestElementsBeyondTheAddressSpaceAreRefused needs a host of 32 bits: there a megabyte of input asks for more than
// the address space, and the product of length and size is small again.
func TestElementsBeyondTheAddressSpaceAreRefused(t *testing.T) {
	type option = bincode.Opt[[8188]byte]
	n := math.MaxUint32/8192 + 2
	if math.MaxInt > math.MaxInt32 {
		n = 100
	}
	b := append(binary.LittleEndian.AppendUint64(nil, uint64(n)), make([]byte, n)...)
	var v []option
	err := bincode.Unmarshal(b, &v)
	if math.MaxInt > math.MaxInt32 && (err != nil || len(v) != n) || math.MaxInt == math.MaxInt32 && !errors.Is(err, bincode.ErrLimit) {
		t.Errorf("%d elements, %v", len(v), err)
	}
}
