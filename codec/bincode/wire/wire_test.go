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
		want := append(binary.LittleEndian.AppendUint64([]byte{5}, uint64(len(s))), s...)
		end := len(want)
		b := append(append([]byte{5}, bytes.Repeat([]byte{9}, end-1)...), 7, 7)
		next := wire.Text(b, 1, s)
		if (next >= 0) != utf8.ValidString(s) {
			t.Fatalf("%q: position %d", s, next)
		}
		if next >= 0 && next != end || b[end] != 7 || next >= 0 && !bytes.Equal(b[:end], want) {
			t.Fatalf("%q: %x and position %d, want %x and %d", s, b, next, want, end)
		}
		next, text := wire.SkipText(append(want, 1, 2, 3), 1, 1000)
		switch {
		case (next >= 0) != utf8.ValidString(s):
			t.Fatalf("%q judged %d", s, next)
		case next >= 0 && (next != end || text != 1000+len(s) && text != 1000):
			t.Fatalf("%q: position %d, %d to keep", s, next, text)
		}
		if wire.ValidText([]byte(s)) != utf8.ValidString(s) {
			t.Fatalf("%q judged wrongly", s)
		}
		for cut := range min(end, 50) {
			if wire.Text(make([]byte, cut), min(1, cut), s) >= 0 {
				t.Fatalf("%q fits %d bytes", s, cut)
			}
			if next, _ := wire.SkipText(want[:cut], min(1, cut), 0); next >= 0 {
				t.Fatalf("%q cut to %d bytes is good", s, cut)
			}
		}
	}
}

// TestUTF8IsJudgedAsTheStandardLibraryDoes tries every text of 2 bytes, all of 3 that begin with a byte from e0 on, and texts
// of 4 bytes from those at the edges of the ranges.
func TestUTF8IsJudgedAsTheStandardLibraryDoes(t *testing.T) {
	judge := func(b []byte) {
		if wire.ValidText(b) != utf8.Valid(b) {
			t.Fatalf("% x judged %v", b, wire.ValidText(b))
		}
	}
	for n := range 1 << 24 {
		b := []byte{byte(n), byte(n >> 8), byte(n >> 16)}
		if b[0] >= 0xe0 {
			judge(b)
		}
		if b[2] == 0 {
			judge(b[:2])
		}
	}
	edges := []byte("\x00\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff")
	for n := range len(edges) * len(edges) * len(edges) * len(edges) {
		var b [4]byte
		for i := range b {
			b[i] = edges[n%len(edges)]
			n /= len(edges)
		}
		judge(b[:])
	}
}

func TestLengthsBeyondTheInputAreRefused(t *testing.T) {
	for _, n := range []uint64{4, math.MaxInt64, math.MaxUint64, 1 << 62, 1<<62 + 1} {
		b := append(binary.LittleEndian.AppendUint64(nil, n), 1, 2, 3)
		k := &wire.Keeper{}
		_, one := wire.Len(b, 0, 1)
		_, four := wire.Len(b, 0, 4)
		_, text := k.Text(b, 0)
		_, raw := k.Bytes(b, 0, nil)
		_, numbers := wire.KeepNumbers[uint32](k, b, 0, nil)
		_, ints := wire.KeepInts[int](k, b, 0, nil)
		got := []int{one, four, text, raw, numbers, ints, wire.SkipBytes(b, 0, 8), wire.SkipInts[int](b, 0)}
		for i, next := range got {
			if next >= 0 {
				t.Errorf("length %d: function %d goes on at %d", n, i, next)
			}
		}
	}
}

func TestManyElementsWithoutBytesAreLeftToTheProgram(t *testing.T) {
	for n, want := range map[uint64]bool{0: true, 16: true, 17: false, 1 << 40: false} {
		if _, next := wire.Len(binary.LittleEndian.AppendUint64(nil, n), 0, 0); (next >= 0) != want {
			t.Errorf("%d elements: position %d", n, next)
		}
	}
	type large [1 << 20]byte
	if s := wire.Room[large](&wire.Keeper{}, nil, math.MaxInt); len(s) != 0 {
		t.Errorf("room for %d elements", len(s))
	}
}

func TestAFailureIsPassedOn(t *testing.T) {
	b, k := make([]byte, 64), &wire.Keeper{}
	_, text := k.Text(b, -1)
	_, raw := k.Bytes(b, -1, nil)
	_, numbers := wire.KeepNumbers[uint32](k, b, -1, nil)
	_, singles := wire.KeepSingles[int8](k, b, -1, nil)
	_, ints := wire.KeepInts[int](k, b, -1, nil)
	_, length := wire.Len(b, -1, 0)
	skipped, _ := wire.SkipText(b, -1, 0)
	_, char := wire.GetChar(b, -1)
	_, addr := wire.IPv4.Get(b, -1)
	_, port := wire.AnyIP.GetPort(b, -1)
	put := []int{
		wire.Text(b, -1, ""), wire.Bytes(b, -1, nil), wire.Numbers[int16](b, -1, nil), wire.Ints[int](b, -1, nil), wire.PutLen(b, -1, 0),
		wire.Char(b, -1, 'a'), wire.IPv4.Put(b, -1, netip.AddrFrom4([4]byte{})), wire.IPv4.PutPort(b, -1, netip.AddrPortFrom(netip.AddrFrom4([4]byte{}), 1)),
	}
	for i, next := range append(put, text, raw, numbers, singles, ints, length, skipped, char, addr, port, wire.SkipBytes(b, -1, 1), wire.SkipInts[uint](b, -1)) {
		if next >= 0 {
			t.Errorf("function %d goes on at %d", i, next)
		}
	}
}

func TestCopiesNeverGoToMemoryThatWasLent(t *testing.T) {
	src := append(binary.LittleEndian.AppendUint64(nil, 3), "abc"...)
	other := append(binary.LittleEndian.AppendUint64(nil, 3), "xyz"...)
	lent, _ := (&wire.Keeper{Borrow: true}).Bytes(src, 0, nil)
	kept, _ := (&wire.Keeper{}).Bytes(other, 0, lent)
	singles, _ := wire.KeepSingles(&wire.Keeper{Borrow: true}, src, 0, []int8(nil))
	wire.KeepSingles(&wire.Keeper{}, other, 0, singles)
	if string(src[8:]) != "abc" || string(kept) != "xyz" {
		t.Errorf("the source holds %q, the copy %q", src[8:], kept)
	}
	again, _ := (&wire.Keeper{}).Bytes(src, 0, kept)
	if &again[0] != &kept[0] {
		t.Error("a copy was not written over")
	}
	if fresh, _ := (&wire.Keeper{Fresh: true}).Bytes(other, 0, again); &fresh[0] == &again[0] {
		t.Error("a fresh keeper wrote over the target's memory")
	}
}

func TestShortStringsShareAnAllocation(t *testing.T) {
	src := append(binary.LittleEndian.AppendUint64(nil, 5), "hello"...)
	allocs := testing.AllocsPerRun(50, func() {
		k := wire.Keeper{Short: 50}
		for range 10 {
			if s, next := k.Text(src, 0); next != 13 || s != "hello" {
				t.Fatalf("%q, %v", s, next)
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
		if next := wire.Numbers(b, shift, want); next != len(b) || b[shift] != 3 || b[shift+8] != 1 {
			t.Fatalf("shift %d: %x, %d", shift, b, next)
		}
		got, next := wire.KeepNumbers[uint32](&wire.Keeper{}, b, shift, nil)
		if next != len(b) || !slices.Equal(got, want) {
			t.Errorf("shift %d: %v, %v", shift, got, next)
		}
		if wire.Numbers(b, shift+1, want) >= 0 {
			t.Error("three numbers fit a byte less than they take")
		}
	}
	b := make([]byte, 24)
	if wire.Ints(b, 0, []int{-1, 5}) != 24 || b[8] != 0xff || b[16] != 5 {
		t.Errorf("%x", b)
	}
	if got, next := wire.KeepInts[int](&wire.Keeper{}, b, 0, nil); next != 24 || !slices.Equal(got, []int{-1, 5}) {
		t.Errorf("%v, %v", got, next)
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
		end := c.family.PutPort(b, 3, netip.AddrPortFrom(c.addr, 80))
		if n := c.family.Size(c.addr); n != c.size || (end >= 0) != (n >= 0) {
			t.Errorf("%v %v: size %d, position %d", c.family, c.addr, n, end)
		}
		if end < 0 {
			continue
		}
		got, next := c.family.GetPort(b, 3)
		if next != end || got != netip.AddrPortFrom(c.addr, 80) {
			t.Errorf("%v: %v, %v", c.addr, got, next)
		}
		for cut := range c.size + 2 {
			if _, next := c.family.GetPort(b[:3+cut], 3); next >= 0 {
				t.Errorf("%v in %d bytes", c.addr, cut)
			}
		}
	}
	if _, next := wire.AnyIP.Get(make([]byte, 3), 0); next >= 0 {
		t.Error("an address of three bytes")
	}
}
