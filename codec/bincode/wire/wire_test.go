package wire_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shmring/ipc/codec/bincode/wire"
)

// texts are strings of every length around the words, and the same with one byte that is not ASCII at every place.
func texts() (all []string) {
	for n := range 70 {
		s := strings.Repeat("abcdefghij", 7)[:n]
		all = append(all, s)
		for i := range n {
			all = append(all, s[:i]+"\xff"+s[i+1:])
			if i > 0 {
				all = append(all, s[:i-1]+"é"+s[i+1:])
			}
		}
	}
	return append(all, strings.Repeat("long", 500), strings.Repeat("lang", 500)+"\x80")
}

func TestTextsOfEveryLengthAreWrittenAndJudged(t *testing.T) {
	for _, s := range texts() {
		want := append(binary.LittleEndian.AppendUint64(nil, uint64(len(s))), s...)
		b := append(bytes.Repeat([]byte{9}, len(want)), 7, 7)
		rest, ok := wire.Text(b, s)
		if ok != utf8.ValidString(s) {
			t.Fatalf("%q: ok %v", s, ok)
		}
		if ok && (len(rest) != 2 || !bytes.Equal(b[:len(want)], want) || b[len(want)] != 7) {
			t.Fatalf("%q: %x and %d bytes left, want %x and 2", s, b, len(rest), want)
		}
		rest, text := wire.SkipText(append(want, 1, 2, 3))
		switch {
		case (text >= 0) != utf8.ValidString(s):
			t.Fatalf("%q judged %d", s, text)
		case text >= 0 && (len(rest) != 3 || text != len(s) && text != 0):
			t.Fatalf("%q: %d bytes left, %d to keep", s, len(rest), text)
		}
		for cut := range min(len(want), 50) {
			if _, ok := wire.Text(make([]byte, cut), s); ok {
				t.Fatalf("%q fits %d bytes", s, cut)
			}
			if _, text := wire.SkipText(want[:cut]); text >= 0 {
				t.Fatalf("%q cut to %d bytes is good", s, cut)
			}
		}
	}
}

func TestLengthsBeyondTheInputAreRefused(t *testing.T) {
	for _, n := range []uint64{4, math.MaxInt64, math.MaxUint64, 1 << 62, 1<<62 + 1} {
		b := append(binary.LittleEndian.AppendUint64(nil, n), 1, 2, 3)
		if got, _ := wire.Len(b, 1); got >= 0 {
			t.Errorf("length %d of one byte each gave %d", n, got)
		}
		if got, _ := wire.Len(b, 4); got >= 0 {
			t.Errorf("length %d of four bytes each gave %d", n, got)
		}
		k := &wire.Keeper{}
		_, _, text := k.Text(b)
		_, _, raw := k.Bytes(b, nil)
		_, _, numbers := wire.KeepNumbers[uint32](k, b, nil)
		_, _, ints := wire.KeepInts[int](k, b, nil)
		_, skipped := wire.SkipBytes(b, 8)
		if text || raw || numbers || ints || skipped {
			t.Errorf("length %d: %v %v %v %v %v", n, text, raw, numbers, ints, skipped)
		}
	}
}

func TestCopiesNeverGoToMemoryThatWasLent(t *testing.T) {
	src := append(binary.LittleEndian.AppendUint64(nil, 3), "abc"...)
	other := append(binary.LittleEndian.AppendUint64(nil, 3), "xyz"...)
	lent, _, _ := (&wire.Keeper{Borrow: true}).Bytes(src, nil)
	kept, _, _ := (&wire.Keeper{}).Bytes(other, lent)
	singles, _, _ := wire.KeepSingles(&wire.Keeper{Borrow: true}, src, []int8(nil))
	wire.KeepSingles(&wire.Keeper{}, other, singles)
	if string(src[8:]) != "abc" || string(kept) != "xyz" {
		t.Errorf("the source holds %q, the copy %q", src[8:], kept)
	}
	again, _, _ := (&wire.Keeper{}).Bytes(src, kept)
	if &again[0] != &kept[0] {
		t.Error("a copy was not written over")
	}
	if fresh, _, _ := (&wire.Keeper{Fresh: true}).Bytes(other, again); &fresh[0] == &again[0] {
		t.Error("a fresh keeper wrote over the target's memory")
	}
}

func TestShortStringsShareAnAllocation(t *testing.T) {
	src := append(binary.LittleEndian.AppendUint64(nil, 5), "hello"...)
	allocs := testing.AllocsPerRun(50, func() {
		k := wire.Keeper{Short: 50}
		for range 10 {
			if s, _, ok := k.Text(src); !ok || s != "hello" {
				t.Fatalf("%q, %v", s, ok)
			}
		}
	})
	if allocs != 1 {
		t.Errorf("ten strings took %v allocations, want 1", allocs)
	}
}

func TestNumbersSurviveInAnyAlignment(t *testing.T) {
	want := []uint32{1, 1 << 30, math.MaxUint32}
	for shift := range 8 {
		b := make([]byte, shift+8+12)
		if rest, ok := wire.Numbers(b[shift:], want); !ok || len(rest) != 0 || b[shift] != 3 || b[shift+8] != 1 {
			t.Fatalf("shift %d: %x, %v", shift, b, ok)
		}
		got, rest, ok := wire.KeepNumbers[uint32](&wire.Keeper{}, b[shift:], nil)
		if !ok || len(rest) != 0 || !slices.Equal(got, want) {
			t.Errorf("shift %d: %v, %v", shift, got, ok)
		}
		if _, ok := wire.Numbers(b[shift+1:], want); ok {
			t.Error("three numbers fit a byte less than they take")
		}
	}
	b := make([]byte, 24)
	if _, ok := wire.Ints(b, []int{-1, 5}); !ok || b[8] != 0xff || b[16] != 5 {
		t.Errorf("%x", b)
	}
	if got, _, ok := wire.KeepInts[int](&wire.Keeper{}, b, nil); !ok || !slices.Equal(got, []int{-1, 5}) {
		t.Errorf("%v, %v", got, ok)
	}
	if !wire.Fits[int](math.MaxUint64) || wire.Fits[uint](math.MaxUint64) != (math.MaxUint == math.MaxUint64) {
		t.Error("Fits mistakes the signs")
	}
}

func TestAddressesKeepToTheirFamily(t *testing.T) {
	four, six := netip.MustParseAddr("1.2.3.4"), netip.MustParseAddr("::ffff:1.2.3.4")
	for _, c := range []struct {
		family wire.Family
		addr   netip.Addr
		size   int
	}{
		{wire.AnyIP, four, 8}, {wire.AnyIP, six, 20}, {wire.IPv4, four, 4}, {wire.IPv6, six, 16},
		{wire.IPv4, six, -1}, {wire.IPv6, four, -1}, {wire.AnyIP, netip.Addr{}, -1}, {wire.IPv6, netip.MustParseAddr("::1%x"), -1},
	} {
		b := make([]byte, 32)
		rest, ok := c.family.PutPort(b, netip.AddrPortFrom(c.addr, 80))
		if n := c.family.Size(c.addr); n != c.size || ok != (n >= 0) {
			t.Errorf("%v %v: size %d, %v", c.family, c.addr, n, ok)
		}
		if !ok {
			continue
		}
		got, after, ok := c.family.GetPort(b)
		if !ok || got != netip.AddrPortFrom(c.addr, 80) || len(after) != len(rest) {
			t.Errorf("%v: %v, %v", c.addr, got, ok)
		}
		for cut := range c.size + 2 {
			if _, _, ok := c.family.GetPort(b[:cut]); ok {
				t.Errorf("%v in %d bytes", c.addr, cut)
			}
		}
	}
	if _, _, ok := wire.AnyIP.Get(make([]byte, 3)); ok {
		t.Error("an address of three bytes")
	}
}
