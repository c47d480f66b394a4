package tagged_test

import (
	"encoding/hex"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/codec/tagged"
)

// h turns spaced hex with "quoted" text into bytes.
func h(t testing.TB, s string) []byte {
	t.Helper()
	var out []byte
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			out = append(out, part...)
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

type named struct {
	ID   int  `tagged:"id"`
	OK   bool `tagged:"ok"`
	skip int
	Gone string `tagged:"-"`
}

func bigOf(s string) *big.Int { n, _ := new(big.Int).SetString(s, 0); return n }

// golden lists every code: a Go value, its bytes, and what the bytes are in an any.
func golden() []struct {
	name string
	v    any
	hex  string
	any  any
} {
	type m = map[string]any
	zone := time.FixedZone("", -3600)
	return []struct {
		name string
		v    any
		hex  string
		any  any
	}{
		{"worked example", m{"nested": []any{m{"data": "structure"}}}, `0e2a 1006"nested" 0b2a 0e2a 1004"data" 021009"structure"`, m{"nested": []any{m{"data": "structure"}}}},
		{"empty string", "", `0229`, ""},
		{"string of one byte", "x", `022a"x"`, "x"},
		{"string of 200 bytes", strings.Repeat("y", 200), `021100c8"` + strings.Repeat("y", 200) + `"`, strings.Repeat("y", 200)},
		{"true", true, `03`, true},
		{"false", false, `04`, false},
		{"nil", nil, `05`, nil},
		{"nil slice", []int(nil), `05`, nil},
		{"nil pointer", (*named)(nil), `05`, nil},
		{"undefined", tagged.Undefined{}, `06`, tagged.Undefined{}},
		{"date", time.UnixMilli(1000).UTC(), `081103e8`, time.UnixMilli(1000).UTC()},
		{"date before 1970", time.UnixMilli(-1).UTC(), `0828`, time.UnixMilli(-1).UTC()},
		{"array", []int{1, 2}, `0b1002 2a 1002`, []any{int64(1), int64(2)}},
		{"empty array", []int{}, `0b29`, []any{}},
		{"set", map[int]struct{}{5: {}, 1: {}, 3: {}}, `0c1003 1003 1005 2a`, tagged.Set{int64(3), int64(5), int64(1)}},
		{"loose set", tagged.Set{true, "x"}, `0c1002 03 022a"x"`, tagged.Set{true, "x"}},
		{"map", map[int]bool{0: true}, `0d2a 29 03`, tagged.Map{{int64(0), true}}},
		{"loose map", tagged.Map{{nil, 1}}, `0d2a 05 2a`, tagged.Map{{nil, int64(1)}}},
		{"object", named{ID: 2, OK: true, skip: 9, Gone: "x"}, `0e1002 1002"id"1002 1002"ok"03`, m{"id": int64(2), "ok": true}},
		{"object with sorted keys", map[string]int{"b": 0, "a": 1}, `0e1002 2a"a"2a 2a"b"29`, m{"a": int64(1), "b": int64(0)}},
		{"template of structs", []named{{ID: 1, OK: true}, {}}, `0f1002 1002"id" 1002"ok" 1002 2a03 2904`, []any{m{"id": int64(1), "ok": true}, m{"id": int64(0), "ok": false}}},
		{"template of pointers", []*named{{ID: 1}, {}}, `0f1002 1002"id" 1002"ok" 1002 2a04 2904`, []any{m{"id": int64(1), "ok": false}, m{"id": int64(0), "ok": false}}},
		{"template with skip", []any{m{"id": 1, "ok": true}, m{"id": 0}}, `0f1002 1002"id" 1002"ok" 1002 2a03 2940`, []any{m{"id": int64(1), "ok": true}, m{"id": int64(0)}}},
		{"rows of a struct and a map", []any{named{ID: 1}, m{"id": 2}}, `0f1002 1002"id" 1002"ok" 1002 2a04 100240`, []any{m{"id": int64(1), "ok": false}, m{"id": int64(2)}}},
		{"array of one object", []named{{}}, `0b2a 0e1002 1002"id"29 1002"ok"04`, []any{m{"id": int64(0), "ok": false}}},
		{"array with a nil row", []*named{{}, nil}, `0b1002 0e1002 1002"id"29 1002"ok"04 05`, []any{m{"id": int64(0), "ok": false}, nil}},
		{"objects with nothing in common", []m{{"a": 1}, {"b": 1}, {"c": 1}}, `0b1003 0e2a2a"a"2a 0e2a2a"b"2a 0e2a2a"c"2a`, []any{m{"a": int64(1)}, m{"b": int64(1)}, m{"c": int64(1)}}},
		{"int8 minimum", -128, `1080`, int64(-128)},
		{"int8 maximum", uint8(127), `107f`, int64(127)},
		{"int16", 128, `110080`, int64(128)},
		{"int16 minimum", -32768, `118000`, int64(-32768)},
		{"int32", 32768, `1200008000`, int64(32768)},
		{"int32 minimum", math.MinInt32, `1280000000`, int64(math.MinInt32)},
		{"int64", int64(1) << 31, `130000000080000000`, int64(1) << 31},
		{"int64 minimum", int64(math.MinInt64), `138000000000000000`, int64(math.MinInt64)},
		{"int64 maximum", uint64(math.MaxInt64), `137fffffffffffffff`, int64(math.MaxInt64)},
		{"float64", 1.5, `143ff8000000000000`, 1.5},
		{"float64 zero", 0.0, `140000000000000000`, 0.0},
		{"duration", 1500 * time.Nanosecond, `191105dc`, 1500 * time.Nanosecond},
		{"+Inf", math.Inf(1), `1a`, math.Inf(1)},
		{"-Inf", math.Inf(-1), `1b`, math.Inf(-1)},
		{"bytes", []byte{0xca, 0xfe}, `241002cafe`, []byte{0xca, 0xfe}},
		{"byte array", [2]byte{1, 2}, `2410020102`, []byte{1, 2}},
		{"empty bytes", []byte{}, `2429`, []byte{}},
		{"-1", -1, `28`, int64(-1)},
		{"0", uint16(0), `29`, int64(0)},
		{"1", int8(1), `2a`, int64(1)},
		{"uint64", uint64(1) << 63, `418000000000000000`, uint64(1) << 63},
		{"float32", float32(-2), `42c0000000`, float32(-2)},
		{"complex", complex(1, -2), `433ff0000000000000c000000000000000`, complex(1, -2)},
		{"time in a zone", time.Unix(1, 5).In(zone), `44 2a 1005 11f1f0`, time.Unix(1, 5).In(zone)},
		{"time finer than ms", time.Unix(0, 1).UTC(), `44 29 2a 29`, time.Unix(0, 1).UTC()},
		{"big zero", new(big.Int), `4529`, new(big.Int)},
		{"big -1", bigOf("-1"), `452aff`, bigOf("-1")},
		{"big 128", bigOf("128"), `4510020080`, bigOf("128")},
		{"big -128", bigOf("-128"), `452a80`, bigOf("-128")},
		{"big -129", bigOf("-129"), `451002ff7f`, bigOf("-129")},
		{"big 2⁶⁴", bigOf("0x10000000000000000"), `451009010000000000000000`, bigOf("0x10000000000000000")},
		{"text", netip.MustParseAddr("::1"), `021003"::1"`, "::1"},
	}
}

func TestEveryCodeHasItsBytes(t *testing.T) {
	seen := map[byte]bool{0x16: true, 0x1c: true} // NaN and -0 have their own test
	for _, tc := range golden() {
		want := h(t, tc.hex)
		seen[want[0]] = true
		got, err := tagged.Marshal(tc.v)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: % x, %v\nwant % x", tc.name, got, err, want)
			continue
		}
		if n, err := tagged.New().Size(tc.v); err != nil || n != len(want) {
			t.Errorf("%s: size %d, %v, want %d", tc.name, n, err, len(want))
		}
		var loose any
		if err := tagged.Unmarshal(want, &loose); err != nil || !equal(loose, tc.any) {
			t.Errorf("%s: an any became %#v, %v, want %#v", tc.name, loose, err, tc.any)
		}
		if tc.v == nil {
			continue
		}
		back := reflect.New(reflect.TypeOf(tc.v))
		if err := tagged.Unmarshal(want, back.Interface()); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		again, err := tagged.Marshal(back.Elem().Interface())
		if err != nil || string(again) != string(want) {
			t.Errorf("%s: came back as % x, %v", tc.name, again, err)
		}
	}
	for c := range 256 {
		documented := !strings.HasPrefix(tagged.Code(c).String(), "code 0x")
		inside := tagged.Code(c) == tagged.CodeStream || tagged.Code(c) == tagged.CodeMessage || tagged.Code(c) == tagged.CodeSkip
		if documented != (seen[byte(c)] || inside) {
			t.Errorf("code %d (%v): documented %t, in the table %t", c, tagged.Code(c), documented, seen[byte(c)])
		}
	}
}

func equal(a, b any) bool {
	if x, ok := a.(time.Time); ok {
		y, ok := b.(time.Time)
		_, p := x.Zone()
		_, q := y.Zone()
		return ok && x.Equal(y) && p == q
	}
	if x, ok := a.(*big.Int); ok {
		y, ok := b.(*big.Int)
		return ok && x.Cmp(y) == 0
	}
	return reflect.DeepEqual(a, b)
}

func TestFloatsComeBackBitForBit(t *testing.T) {
	for bits, want := range map[uint64]string{
		math.Float64bits(math.NaN()):      `16`,
		0x7ff8000000000000:                `147ff8000000000000`,
		0xfff0000000000001:                `14fff0000000000001`, // a signalling NaN
		1 << 63:                           `1c`,
		1:                                 `140000000000000001`,
		math.Float64bits(math.MaxFloat64): `147fefffffffffffff`,
		math.Float64bits(math.Inf(1)):     `1a`,
		math.Float64bits(math.Pi):         `14400921fb54442d18`,
		math.Float64bits(math.Copysign(5e-324, -1)): `148000000000000001`,
	} {
		v := math.Float64frombits(bits)
		b, err := tagged.Marshal(v)
		if err != nil || hex.EncodeToString(b) != want {
			t.Errorf("%016x: %x, %v, want %s", bits, b, err, want)
		}
		var back float64
		var loose any
		if tagged.Unmarshal(b, &back) != nil || tagged.Unmarshal(b, &loose) != nil ||
			math.Float64bits(back) != bits || math.Float64bits(loose.(float64)) != bits {
			t.Errorf("%016x came back as %016x and %v", bits, math.Float64bits(back), loose)
		}
	}
	for _, bits := range []uint32{0x7f800001, 0x7fc00000, 0x80000000, 1, 0x7f800000} {
		type small float32
		v := small(math.Float32frombits(bits))
		b, err := tagged.Marshal(&v)
		var back small
		if err != nil || tagged.Unmarshal(b, &back) != nil || math.Float32bits(float32(back)) != bits {
			t.Errorf("%08x came back as %08x, %v", bits, math.Float32bits(float32(back)), err)
		}
	}
}
