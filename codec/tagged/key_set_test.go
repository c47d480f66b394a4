package tagged_test

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"runtime"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/tagged"
)

func TestAKeyThatStandsTwiceIsRefusedWhateverItIsDecodedInto(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		typed     any
	}{
		{"integers", `0d1002 2a29 2a2a`, new(map[int]int)},
		{"integers of two widths", `0d1002 2a29 100129`, new(map[int]int)},
		{"integers in a set", `0c1002 2a2a`, new(map[int]struct{})},
		{"integers apart", `0c1003 2a29110001`, new(map[int]struct{})},
		{"integers into a map of any", `0d1002 2a29 100129`, new(map[any]int)},
		{"integers behind pointers", `0d1002 2a29 100129`, new(map[*int]int)},
		{"NaN", `0d1002 1629 1629`, new(map[float64]int)},
		{"NaN in a map of any", `0d1002 1629 1629`, new(map[any]int)},
		{"big integers", `0d1002 45101001000000000000000000000000000000 29 45101001000000000000000000000000000000 29`, new(map[any]int)},
		{"times", `0c1002 442a292a 442a292a`, new(map[time.Time]struct{})},
		{"strings", `0c1002 021002"ab" 021002"ab"`, new(map[string]struct{})},
		{"null", `0d1002 0529 0529`, new(map[any]int)},
		{"arrays", `0c1002 0b2a2a 0b2a1001`, new(tagged.Set)},
		{"objects", `0d1002 0e2a2a"k"2a 29 0e2a2a"k"2a 29`, new(tagged.Map)},
		{"objects in another order", `0c1002 0e10022a"k"2a2a"l"29 0e10022a"l"292a"k"2a`, new(tagged.Set)},
	} {
		for _, v := range []any{new(any), tc.typed} {
			if err := tagged.Unmarshal(h(t, tc.src), v); !errors.Is(err, tagged.ErrDuplicate) {
				t.Errorf("%s into %T: %v", tc.name, v, err)
			}
		}
	}
}

func TestAKeyThatStandsTwiceIsNotEncoded(t *testing.T) {
	one, uno := 1, 1
	f := tagged.New()
	for name, v := range map[string]any{
		"integers of two types":  map[any]int{int8(1): 1, int64(1): 2},
		"pointers to equals":     map[*int]int{&one: 1, &uno: 2},
		"NaN":                    map[float64]int{math.NaN(): 1, math.Float64frombits(math.Float64bits(math.NaN())): 2},
		"a set":                  tagged.Set{int64(1), "x", uint8(1)},
		"a map":                  tagged.Map{{int64(1), "a"}, {int64(1), "b"}},
		"a set of arrays":        tagged.Set{[]any{int64(1)}, []int{1}},
		"a set within":           []any{tagged.Set{tagged.Set{nil, nil}}},
		"a set of big integers":  map[any]struct{}{big.NewInt(1): {}, big.NewInt(1): {}},
		"a map within a set":     tagged.Set{map[any]int{int8(1): 1, int64(1): 2}},
		"a set within a map key": map[any]int{&tagged.Set{nil, nil}: 1},
	} {
		if b, err := f.Append([]byte("keep"), v); !errors.Is(err, tagged.ErrDuplicate) || string(b) != "keep" {
			t.Errorf("%s: % x, %v", name, b, err)
		}
		if n, err := f.Size(v); !errors.Is(err, tagged.ErrDuplicate) {
			t.Errorf("%s has size %d, %v", name, n, err)
		}
	}
}

func TestKeysThatDifferComeBack(t *testing.T) {
	f := tagged.New()
	for _, v := range []any{
		tagged.Set{int64(1), float64(1), float32(1), "1", true, nil, tagged.Undefined{}, []any{int64(1)}, tagged.Set{}, tagged.Set{tagged.Set{}}},
		tagged.Map{{math.NaN(), "NaN"}, {math.Inf(1), "Inf"}, {0.0, "0"}, {math.Copysign(0, -1), "-0"}},
	} {
		b, err := f.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := f.Size(v); err != nil || n != len(b) {
			t.Errorf("size %d, %v; encoded %d", n, err, len(b))
		}
		var back any
		if err := f.Unmarshal(b, &back); err != nil {
			t.Error(err)
		}
		if again, err := f.Append(nil, back); err != nil || !bytes.Equal(again, b) {
			t.Errorf("% x\nbecame % x, %v", b, again, err)
		}
	}
	odd := map[float64]int{math.NaN(): 1, 1: 2}
	b, err := f.Append(nil, odd)
	var back map[float64]int
	if err := errors.Join(err, f.Unmarshal(b, &back)); err != nil || len(back) != 2 {
		t.Errorf("%v, %v", back, err)
	}
}

func TestAsManyEmptyElementsAsEncodeAlsoDecode(t *testing.T) {
	v := make([]struct{}, 1<<20+1)
	b, err := tagged.Marshal(v)
	var back []struct{}
	if err := errors.Join(err, tagged.Unmarshal(b, &back)); err != nil || len(back) != len(v) {
		t.Errorf("%d elements, %v", len(back), err)
	}
}

// TestNestedSetsCostNoMoreThanMaxMemory nests sets of two elements: each level compares the one below as a whole.
func TestNestedSetsCostNoMoreThanMaxMemory(t *testing.T) {
	const levels, most = 900, 8 << 20
	src := append(bytes.Repeat(h(t, `0c1002 05`), levels), h(t, `02111000`)...)
	src = append(src, make([]byte, 0x1000)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var v any
	err := tagged.New(tagged.MaxMemory(1<<20)).Unmarshal(src, &v)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, tagged.ErrTooLarge) {
		t.Error(err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > most {
		t.Errorf("%d bytes of input took %d bytes of memory where 1 MiB was allowed", len(src), taken)
	}
}
