package tagged_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/tagged"
)

func TestNumbersGoWhereTheyFitAndNowhereElse(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		v, want   any
		err       error
	}{
		{"127 into int8", `107f`, new(int8), int8(127), nil},
		{"128 into int8", `110080`, new(int8), nil, tagged.ErrRange},
		{"-1 into uint", `28`, new(uint), nil, tagged.ErrRange},
		{"256 into uint8", `110100`, new(uint8), nil, tagged.ErrRange},
		{"2⁶³ into uint64", `418000000000000000`, new(uint64), uint64(1) << 63, nil},
		{"2⁶³ into int64", `418000000000000000`, new(int64), nil, tagged.ErrRange},
		{"2⁶³ into uint32", `418000000000000000`, new(uint32), nil, tagged.ErrRange},
		{"a small number in 8 unsigned bytes", `410000000000000005`, new(int8), int8(5), nil},
		{"a long form of 1", `130000000000000001`, new(uint8), uint8(1), nil},
		{"3 into float64", `1003`, new(float64), 3.0, nil},
		{"2⁵³+1 into float64", `130020000000000001`, new(float64), nil, tagged.ErrRange},
		{"2⁶³-1 into float64", `137fffffffffffffff`, new(float64), nil, tagged.ErrRange},
		{"2²⁴+1 into float32", `1201000001`, new(float32), nil, tagged.ErrRange},
		{"0.1 into float32", `143fb999999999999a`, new(float32), float32(0.1), nil},
		{"1e300 into float32", `147e37e43c8800759c`, new(float32), nil, tagged.ErrRange},
		{"infinity into float32", `1a`, new(float32), float32(math.Inf(1)), nil},
		{"1.5 into int", `143ff8000000000000`, new(int), nil, tagged.ErrType},
		{"big into int", `452a05`, new(int), nil, tagged.ErrType},
		{"int into big", `1005`, new(big.Int), *big.NewInt(5), nil},
		{"1e300 complex into complex64", `437e37e43c8800759c0000000000000000`, new(complex64), nil, tagged.ErrRange},
		{"string into int", `0229`, new(int), nil, tagged.ErrType},
		{"int into string", `29`, new(string), nil, tagged.ErrType},
		{"bytes into string", `2429`, new(string), nil, tagged.ErrType},
		{"null into int", `05`, new(int), nil, tagged.ErrType},
		{"undefined into pointer", `06`, new(*int), (*int)(nil), nil},
		{"array into map", `0b29`, new(map[string]int), nil, tagged.ErrType},
		{"object into slice", `0e29`, new([]int), nil, tagged.ErrType},
		{"template into slice of int", `0f292a29`, new([]int), nil, tagged.ErrType},
		{"3 elements into [2]int", `0b1003292929`, new([2]int), nil, tagged.ErrSize},
		{"1 byte into [2]byte", `242a00`, new([2]byte), nil, tagged.ErrSize},
		{"no address", `022a"x"`, new(netip.Addr), nil, tagged.ErrType},
	} {
		err := tagged.Unmarshal(h(t, tc.src), tc.v)
		got := reflect.ValueOf(tc.v).Elem()
		if tc.err == nil && (err != nil || !reflect.DeepEqual(got.Interface(), tc.want)) {
			t.Errorf("%s: %v, %v", tc.name, got, err)
		}
		if tc.err != nil && (!errors.Is(err, tc.err) || !got.IsZero()) {
			t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.err)
		}
	}
}

func TestTimeZonesOfADayOrMoreAreOutOfRange(t *testing.T) {
	v := time.Unix(0, 0).In(time.FixedZone("", 24*60*60))
	if _, err := tagged.Marshal(v); !errors.Is(err, tagged.ErrRange) {
		t.Error(err)
	}
	for _, src := range []string{`44 29 29 1200015180`, `44 29 123b9aca00 29`, `44 29 28 29`} {
		if err := tagged.Unmarshal(h(t, src), &v); !errors.Is(err, tagged.ErrRange) {
			t.Errorf("%s: %v", src, err)
		}
	}
}
