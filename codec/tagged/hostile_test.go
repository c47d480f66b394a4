package tagged_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shmring/ipc/codec/tagged"
)

func TestDecodeRefusesEachKindOfBadSource(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		want      error
	}{
		{"nothing", ``, tagged.ErrTruncated},
		{"reserved code", `07`, tagged.ErrCode},
		{"code beyond all", `ff`, tagged.ErrCode},
		{"stream header in a record", `002a`, tagged.ErrCode},
		{"message header in a record", `012a29`, tagged.ErrCode},
		{"skip outside a template", `40`, tagged.ErrCode},
		{"skip in an array in a template", `0f2a2a"k"2a 0b2a40`, tagged.ErrCode},
		{"two values", `2929`, tagged.ErrTrailing},
		{"float as size", `0214`, tagged.ErrCode},
		{"negative size", `0228`, tagged.ErrSize},
		{"negative count", `0b1080`, tagged.ErrSize},
		{"negative key size", `0e2a28`, tagged.ErrTruncated}, // 1 entry needs 2 bytes
		{"negative key size, more bytes", `0e2a2829`, tagged.ErrSize},
		{"string of 2⁶³-1", `02137fffffffffffffff`, tagged.ErrTruncated},
		{"array of 2⁶³-1", `0b137fffffffffffffff`, tagged.ErrTruncated},
		{"map of 2⁶³-1", `0d137fffffffffffffff`, tagged.ErrTruncated},
		{"template of 2⁶³-1 keys", `0f137fffffffffffffff`, tagged.ErrTruncated},
		{"template of 2⁶³-1 rows", `0f2a2a"k"137fffffffffffffff29`, tagged.ErrTruncated},
		{"rows without keys", `0f292a29`, tagged.ErrSize},
		{"key twice", `0e10022a"k"292a"k"29`, tagged.ErrDuplicate},
		{"template key twice", `0f10022a"k"2a"k"29`, tagged.ErrDuplicate},
		{"cut in an integer", `1200`, tagged.ErrTruncated},
		{"cut in a float", `1400`, tagged.ErrTruncated},
		{"element missing", `0b100229`, tagged.ErrTruncated},
	} {
		for name, v := range map[string]any{"any": new(any), "unknown field": new(struct{})} {
			src := h(t, tc.src)
			if name == "unknown field" { // the same through the path that skips
				src = append(h(t, `0e2a2a"f"`), src...)
				if tc.want == tagged.ErrDuplicate {
					continue // what is skipped is not looked into
				}
			}
			if err := tagged.Unmarshal(src, v); !errors.Is(err, tc.want) {
				t.Errorf("%s, %s: %v, want %v", tc.name, name, err, tc.want)
			}
		}
	}
}

func TestTypedMapsAndSetsRefuseDuplicatesAndKeysGoCannotHash(t *testing.T) {
	for _, tc := range []struct {
		src  string
		v    any
		want error
	}{
		{`0d1002 2a29 2a2a`, new(map[int]int), tagged.ErrDuplicate},
		{`0c1002 2a2a`, new(map[int]struct{}), tagged.ErrDuplicate},
		{`0e1002 2a"k"29 2a"k"29`, new(map[string]int), tagged.ErrDuplicate},
		{`0e1002 2a"K"29 2a"K"29`, new(struct{ K int }), tagged.ErrDuplicate},
		{`0d2a 0b29 29`, new(map[any]int), tagged.ErrType},
		{`0c2a 0e29`, new(map[any]struct{}), tagged.ErrType},
	} {
		if err := tagged.Unmarshal(h(t, tc.src), tc.v); !errors.Is(err, tc.want) {
			t.Errorf("%s into %T: %v", tc.src, tc.v, err)
		}
	}
}

func TestNestingStopsAtTheDepthAllowed(t *testing.T) {
	f := tagged.New(tagged.MaxDepth(2))
	for _, tc := range []struct {
		src string
		ok  bool
	}{
		{`0b2a0b2a29`, true}, {`0b2a0b2a0b29`, false}, {`0f2a2a"k"2a29`, true}, {`0f2a2a"k"2a0b29`, false}, {`0b2a0f2929`, false},
	} {
		var v any
		src := h(t, tc.src)
		if err := f.Unmarshal(src, &v); (err == nil) != tc.ok || err != nil && !errors.Is(err, tagged.ErrDepth) {
			t.Errorf("%s: %v", tc.src, err)
		} else if err == nil {
			if b, err := f.Append(nil, v); err != nil {
				t.Errorf("%s does not go back: % x, %v", tc.src, b, err)
			}
		}
	}
	deep := bytes.Repeat([]byte{0x0b, 0x2a}, 1<<20)
	var v any
	if err := tagged.Unmarshal(deep, &v); !errors.Is(err, tagged.ErrDepth) {
		t.Error(err)
	}
	if err := tagged.Unmarshal(append(h(t, `0e2a2a"f"`), deep...), new(struct{})); !errors.Is(err, tagged.ErrDepth) {
		t.Error(err)
	}
}

func TestTheDeepestValueThatCanBeAllowedFitsTheStack(t *testing.T) {
	const levels = 100_000
	f := tagged.New(tagged.MaxDepth(levels))
	var v any
	src := append(bytes.Repeat(h(t, `0b2a`), levels), byte(tagged.CodeZero))
	if err := f.Unmarshal(src, &v); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Append(nil, v); err != nil || !bytes.Equal(b, src) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	var n nested
	src = append(bytes.Repeat(append(h(t, `0e2a1025`), "ANameThatHasThirtySevenLettersInItAll"...), levels), byte(tagged.CodeNull))
	if err := f.Unmarshal(src, &n); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Append(nil, n); err != nil || !bytes.Equal(b, src) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestSmallSourcesCannotTakeMoreMemoryThanAllowed(t *testing.T) {
	type wide struct{ Room [1 << 16]byte }
	const n = 1 << 15
	src := append(h(t, `0b1200008000`), bytes.Repeat([]byte{0x0e, 0x29}, n)...) // 2 GiB of wide in 64 KiB
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var list []wide
	if err := tagged.New(tagged.MaxMemory(1<<20)).Unmarshal(src, &list); !errors.Is(err, tagged.ErrTooLarge) || list != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("allocated %d bytes where 1 MiB was allowed", got)
	}
	var loose any
	if err := tagged.New(tagged.MaxMemory(1<<16)).Unmarshal(src, &loose); !errors.Is(err, tagged.ErrTooLarge) {
		t.Error(err)
	}
}

// nested is a struct whose encoding a peer can nest at will, under a long name.
type nested struct {
	ANameThatHasThirtySevenLettersInItAll *nested
}

func TestAnErrorDeepInsideCostsNoMoreThanItsSource(t *testing.T) {
	name := "ANameThatHasThirtySevenLettersInItAll"
	short := append(h(t, `0e2a1025`), name...)
	long := append(h(t, `0e2a117530`), bytes.Repeat([]byte("ä"), 15_000)...)
	for _, tc := range []struct {
		name   string
		level  []byte
		levels int
		v      any
		want   error
	}{
		{"objects under long keys", long, 500, new(any), tagged.ErrCode},
		{"objects", short, 10_000, new(any), tagged.ErrCode},
		{"structs", short, 10_000, new(nested), tagged.ErrType},
		{"arrays", h(t, `0b2a`), 10_000, new(any), tagged.ErrCode},
	} {
		src := append(bytes.Repeat(tc.level, tc.levels), 0x07)
		f := tagged.New(tagged.MaxDepth(tc.levels))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := f.Unmarshal(src, tc.v)
		runtime.ReadMemStats(&after)
		var e *tagged.Error
		if !errors.As(err, &e) || !errors.Is(err, tc.want) || len(err.Error()) > 1500 || !utf8.ValidString(e.Path) ||
			!strings.Contains(e.Path, "…") {
			t.Errorf("%s: an error of %d bytes, %.200v", tc.name, len(err.Error()), err)
		}
		// A step takes 16 bytes for its string, the containers a few hundred.
		if taken, most := after.TotalAlloc-before.TotalAlloc, 8*len(src)+1000*tc.levels; taken > uint64(most) {
			t.Errorf("%s: %d bytes of input took %d bytes of memory", tc.name, len(src), taken)
		}
	}
}

func TestAPathLosesItsMiddleOnlyWhereItIsDeep(t *testing.T) {
	for levels, want := range map[int]string{
		1:  "k",
		16: "k.k.k.k.k.k.k.k.k.k.k.k.k.k.k.k",
		17: "k.k.k.k.k.k.k.k.….k.k.k.k.k.k.k.k",
		99: "k.k.k.k.k.k.k.k.….k.k.k.k.k.k.k.k",
	} {
		var v any
		var e *tagged.Error
		err := tagged.Unmarshal(append(bytes.Repeat(h(t, `0e2a2a"k"`), levels), 0x07), &v)
		if !errors.As(err, &e) || e.Path != want {
			t.Errorf("%d levels: %v", levels, err)
		}
	}
}

func TestEveryTruncationOfEveryGoldenValueIsAnError(t *testing.T) {
	for _, tc := range golden() {
		src := h(t, tc.hex)
		for n := range len(src) {
			var v any
			if err := tagged.Unmarshal(src[:n], &v); !errors.Is(err, tagged.ErrTruncated) || v != nil {
				t.Errorf("%s cut to %d of %d: %v, %v", tc.name, n, len(src), v, err)
			}
		}
	}
}

func TestBadOptionsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"depth":   func() { tagged.MaxDepth(-1) },
		"stack":   func() { tagged.MaxDepth(100_001) },
		"memory":  func() { tagged.MaxMemory(-1) },
		"message": func() { tagged.MaxMessage(0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
