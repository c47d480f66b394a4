package zstd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/zstd"
)

// text is the simplest inner codec there is: the bytes of a string.
type text struct{}

var errText = errors.New("text: bad")

func (text) Name() string { return "text" }

func (text) Size(v *string) (int, error) {
	if *v == "bad" {
		return 0, errText
	}
	return len(*v), nil
}

func (text) Append(dst []byte, v *string) ([]byte, error) { return append(dst, *v...), nil }

func (text) Decode(src []byte, v *string) error {
	if string(src) == "bad" {
		return errText
	}
	*v = string(src)
	return nil
}

func (t text) DecodeBorrow(src []byte, v *string) error { return t.Decode(src, v) }

var _ codec.Codec[string] = text{}

func ExampleOf() {
	c := zstd.Of[string](text{}, zstd.Threshold(100))
	short, long := "ring", strings.Repeat("ring ", 100)
	a, _ := c.Append(nil, &short)
	b, _ := c.Append(nil, &long)
	fmt.Printf("%s: % x; %d bytes became fewer: %t\n", c.Name(), a, len(long), len(b) < len(long))
	// Output: zstd(text): 00 72 69 6e 67; 500 bytes became fewer: true
}

func TestOnlyWhatReachesTheThresholdAndShrinksIsCompressed(t *testing.T) {
	c := zstd.Of[string](text{}, zstd.Threshold(64))
	var noise strings.Builder
	for x := uint64(1); noise.Len() < 4096; x = x*6364136223846793005 + 1442695040888963407 {
		noise.WriteByte(byte(x >> 56))
	}
	for _, tc := range []struct {
		name, v string
		first   byte
	}{
		{"empty", "", 0},
		{"one below", strings.Repeat("a", 63), 0},
		{"at the threshold", strings.Repeat("a", 64), 1},
		{"long", strings.Repeat("abcd", 1<<18), 1},
		{"noise", noise.String(), 0},
	} {
		n, err := c.Size(&tc.v)
		if err != nil {
			t.Fatal(err)
		}
		room := make([]byte, 4+n)
		copy(room, "keep")
		b, err := c.Append(room[:4], &tc.v)
		if err != nil || len(b) != len(room) || &b[0] != &room[0] || string(b[:4]) != "keep" || b[4] != tc.first {
			t.Fatalf("%s: %d bytes, %v, want %d in place, beginning with %02x", tc.name, len(b), err, len(room), tc.first)
		}
		for _, decode := range []func([]byte, *string) error{c.Decode, c.DecodeBorrow} {
			var back string
			if err := decode(b[4:], &back); err != nil || back != tc.v {
				t.Fatalf("%s: %d bytes back, %v", tc.name, len(back), err)
			}
		}
	}
}

func TestErrorsOfTheInnerCodecPassThrough(t *testing.T) {
	c := zstd.Of[string](text{})
	v := "bad"
	if b, err := c.Append([]byte("keep"), &v); !errors.Is(err, errText) || string(b) != "keep" {
		t.Fatalf("%q, %v", b, err)
	}
	if _, err := c.Size(&v); !errors.Is(err, errText) {
		t.Fatal(err)
	}
	v = "untouched"
	if err := c.Decode([]byte("\x00bad"), &v); !errors.Is(err, errText) || v != "untouched" {
		t.Fatalf("%q, %v", v, err)
	}
}

func TestValuesBeyondMaxSizeAreRefusedOnBothSides(t *testing.T) {
	big := strings.Repeat("x", 101)
	small, wide := zstd.Of[string](text{}, zstd.MaxSize(100)), zstd.Of[string](text{}, zstd.Threshold(0))
	var size *zstd.SizeError
	if b, err := small.Append([]byte("keep"), &big); !errors.As(err, &size) || string(b) != "keep" {
		t.Fatalf("%q, %v", b, err)
	}
	frame, err := wide.Append(nil, &big)
	if err != nil || frame[0] != 1 {
		t.Fatalf("% x, %v", frame, err)
	}
	v := "untouched"
	for name, src := range map[string][]byte{"frame": frame, "raw": append([]byte{0}, big...)} {
		err := small.Decode(src, &v)
		if !errors.Is(err, zstd.ErrTooLarge) || !errors.As(err, &size) || *size != (zstd.SizeError{Size: 101, Limit: 100}) || v != "untouched" {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
}

// magic begins every frame; 0xe0 means single segment, 8-byte content size, no checksum.
const magic = "\x28\xb5\x2f\xfd"

func claim(n uint64, blocks string) []byte {
	b := append([]byte{1}, magic+"\xe0"...)
	return append(binary.LittleEndian.AppendUint64(b, n), blocks...)
}

func TestAClaimThatTheBlocksCannotHoldAllocatesNothing(t *testing.T) {
	c := zstd.Of[string](text{})
	v := "untouched"
	rle := "\x23\x00\x00a" // last block, RLE, 4 times 'a'
	if err := c.Decode(claim(4, rle), &v); err != nil || v != "aaaa" {
		t.Fatalf("the honest claim: %q, %v", v, err)
	}
	v = "untouched"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const rounds = 100
	for range rounds {
		if err := c.Decode(claim(zstd.DefaultMaxSize, rle), &v); !errors.Is(err, zstd.ErrCorrupt) {
			t.Fatal(err)
		}
		// 2²¹-1 times 'a', where a block holds 2¹⁷ bytes at most
		if err := c.Decode(claim(1<<21-1, "\xfb\xff\xffa"), &v); !errors.Is(err, zstd.ErrCorrupt) {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / rounds; got > 64<<10 {
		t.Errorf("a refused claim of %d bytes allocated %d", zstd.DefaultMaxSize, got)
	}
	var size *zstd.SizeError
	if err := c.Decode(claim(1<<63, rle), &v); !errors.As(err, &size) || size.Size != 1<<63 || v != "untouched" {
		t.Fatalf("%q, %v", v, err)
	}
}

func TestDecodeRefusesEveryKindOfBadRecord(t *testing.T) {
	c := zstd.Of[string](text{}, zstd.Threshold(0))
	long := strings.Repeat("ring ", 100)
	good, err := c.Append(nil, &long)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1
	for name, src := range map[string][]byte{
		"nothing":             {},
		"unknown first byte":  {2, 0},
		"no frame":            {1},
		"no magic":            []byte("\x01xxxxxxxx"),
		"skippable frame":     []byte("\x01\x50\x2a\x4d\x18\x00\x00\x00\x00"),
		"dictionary":          []byte("\x01" + magic + "\x21\x07\x04\x21\x00\x00aaaa"),
		"no content size":     []byte("\x01" + magic + "\x00\x00\x21\x00\x00aaaa"),
		"reserved block":      claim(4, "\x27\x00\x00aaaa"),
		"no last block":       claim(4, "\x20\x00\x00aaaa"),
		"shorter than it":     claim(5, "\x21\x00\x00aaaa"),
		"longer than it":      claim(3, "\x21\x00\x00aaaa"),
		"checksum wrong":      flipped,
		"byte after a frame":  append(bytes.Clone(good), 0),
		"frame after a frame": append(bytes.Clone(good), good[1:]...),
	} {
		v := "untouched"
		if err := c.Decode(src, &v); !errors.Is(err, zstd.ErrCorrupt) || v != "untouched" {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
	for n := range len(good) {
		v := "untouched"
		if err := c.DecodeBorrow(good[:n], &v); !errors.Is(err, zstd.ErrCorrupt) || v != "untouched" {
			t.Errorf("cut to %d bytes: %q, %v", n, v, err)
		}
	}
}

func TestEveryLevelRoundTrips(t *testing.T) {
	v := strings.Repeat("level ", 1000)
	for level := zstd.Fastest; level <= zstd.Best; level++ {
		c := zstd.Of[string](text{}, zstd.WithLevel(level))
		b, err := c.Append(nil, &v)
		var back string
		if err != nil || b[0] != 1 || c.Decode(b, &back) != nil || back != v {
			t.Fatalf("level %d: %d bytes, %v", level, len(b), err)
		}
	}
}

func TestBadOptionsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"threshold": func() { zstd.Threshold(-1) },
		"size":      func() { zstd.MaxSize(0) },
		"level":     func() { zstd.WithLevel(0) },
		"inner":     func() { zstd.Of[string](nil) },
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

func FuzzDecodeNeverPanicsAndRoundTrips(f *testing.F) {
	f.Add([]byte("\x00plain"))
	f.Add(claim(4, "\x23\x00\x00a"))
	f.Add(claim(1<<40, "\x25\x00\x00aaaa"))
	c := zstd.Of[string](text{}, zstd.Threshold(8), zstd.MaxSize(1<<20))
	f.Fuzz(func(t *testing.T, src []byte) {
		var v, again string
		if c.Decode(src, &v) != nil {
			return
		}
		if v == "bad" {
			return
		}
		b, err := c.Append(nil, &v)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Size(&v); err != nil || n != len(b) {
			t.Fatalf("size %d, %v; encoded %d", n, err, len(b))
		}
		if err := c.Decode(b, &again); err != nil || v != again {
			t.Fatalf("%q became %q, %v", v, again, err)
		}
	})
}
