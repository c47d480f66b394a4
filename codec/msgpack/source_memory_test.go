package msgpack_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/shmring/ipc/codec/msgpack"
)

// array returns an array of n elements, each of the same bytes.
func array(n int, elem ...byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(n))
	return append(head, bytes.Repeat(elem, n)...)
}

func tooLarge[T any](t *testing.T, name string, src []byte) {
	t.Helper()
	const limit = 1 << 20
	var v T
	var before, after runtime.MemStats
	c := msgpack.Of[T](msgpack.MaxMemory(limit))
	runtime.ReadMemStats(&before)
	err := c.Decode(src, &v)
	runtime.ReadMemStats(&after)
	var detail *msgpack.Error
	if !errors.Is(err, msgpack.ErrTooLarge) || !errors.As(err, &detail) || detail.Limit != limit || detail.Got <= limit {
		t.Errorf("%s: %v", name, err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > limit {
		t.Errorf("%s: allocated %d bytes where 1 MiB was allowed", name, taken)
	}
}

type room struct{ Bytes [4 << 10]byte }

func TestSmallSourcesCannotTakeMoreMemoryThanAllowed(t *testing.T) {
	const n = 64 << 10
	named := func(name string, src []byte) []byte {
		return append(append([]byte{0x81, 0xa0 | byte(len(name))}, name...), src...)
	}
	tooLarge[[]room](t, "a slice of structs", array(n, 0xc0))
	tooLarge[[]*room](t, "a slice of pointers", array(n, 0x80))
	tooLarge[map[string][]room](t, "a map of slices", named("k", array(n, 0xc0)))
	tooLarge[struct{ F struct{ G []room } }](t, "fields", named("F", named("G", array(n, 0xc0))))
	tooLarge[struct{ room, G []room }](t, "fields as an array", append([]byte{0x92, 0xc0}, array(n, 0xc0)...))
	tooLarge[[1][]room](t, "an array", append([]byte{0x91}, array(n, 0xc0)...))
	tooLarge[any](t, "any", array(n, 0x90))
	tooLarge[any](t, "maps in an any", array(n, 0x80))
	tooLarge[struct{ X any }](t, "any in a field", named("X", array(n, 0x91, 0x01)))
	tooLarge[[]string](t, "strings", array(80_000, 0xa1, 'x'))
	tooLarge[map[[64]int16]bool](t, "a map", append(binary.BigEndian.AppendUint32([]byte{0xdf}, n), bytes.Repeat([]byte{0xc0}, 2*n)...))
}

func TestMemoryIsNotCountedForWhatIsSkipped(t *testing.T) {
	src := append([]byte{0x82, 0xa1, 'x'}, array(100_000, 0x91, 0x81, 0xa1, 'k', 0x01)...)
	src = append(src, 0xa1, 'N', 0x05)
	var v struct{ N int }
	if err := msgpack.Of[struct{ N int }](msgpack.MaxMemory(0)).Decode(src, &v); err != nil || v.N != 5 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestALargeSourceWithinItsMemoryDecodes(t *testing.T) {
	v := make([]line, 200_000)
	v[7].SKU = 7
	c := msgpack.Of[[]line](msgpack.MaxMemory(4 << 20)) // 16 bytes each, 26 in the source
	b, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	var back []line
	if err := c.Decode(b, &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%d elements, %v", len(back), err)
	}
}

func TestBinariesInAnAnyStayBinaries(t *testing.T) {
	type record struct {
		X any
		M map[any]any
		S []map[string]any
		P *any
	}
	in := any([]any{[]byte{1}, map[string]any{"b": []byte{}, "s": "x"}})
	v := record{X: in, M: map[any]any{int64(5): []byte("x"), uint64(300): float64(float32(1.5)), "s": int64(-200)},
		S: []map[string]any{{"n": int64(70_000 - 1<<20)}}, P: &in}
	c := msgpack.Of[record]()
	b, err := c.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	var back record
	if err := c.Decode(b, &back); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("%#v\nbecame %#v, %v", v, back, err)
	}
}

func TestKeysThatDifferByTheirWidthAloneAreRefused(t *testing.T) {
	var v map[any]any
	if err := msgpack.Of[map[any]any]().Decode([]byte{0x82, 0x05, 0x01, 0xd1, 0, 5, 0x02}, &v); !errors.Is(err, msgpack.ErrValue) {
		t.Errorf("%v, %v", v, err)
	}
}
