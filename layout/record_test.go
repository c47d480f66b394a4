package layout_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shmring/ipc/layout"
)

func TestAWordKeepsItsParts(t *testing.T) {
	for _, state := range []layout.State{layout.Free, layout.Claimed, layout.Committed, layout.Pad} {
		for _, slot := range []uint32{0, 1, 513, layout.MaxSlots - 1} {
			for _, generation := range []uint32{0, 1, layout.MaxGenerations - 1} {
				for _, flags := range []uint8{0, layout.FlagExtension, 0xff} {
					for _, length := range []uint32{0, 1, 1 << 31, 1<<32 - 1} {
						w := layout.MakeWord(state, slot, generation, flags, length)
						if w.State() != state || w.Slot() != slot || w.Generation() != generation || w.Flags() != flags || w.Length() != length {
							t.Fatalf("%v %d %d %#x %d became %v", state, slot, generation, flags, length, w)
						}
					}
				}
			}
		}
	}
}

func TestAWordHasTheDrawnBits(t *testing.T) {
	for w, want := range map[layout.Word]uint64{
		layout.MakeWord(layout.Pad, 0, 0, 0, 0):                          3 << 62,
		layout.MakeWord(0, layout.MaxSlots-1, 0, 0, 0):                   0x3ff << 52,
		layout.MakeWord(0, 0, layout.MaxGenerations-1, 0, 0):             0xfff << 40,
		layout.MakeWord(0, 0, 0, 0xff, 0):                                0xff << 32,
		layout.MakeWord(0, 0, 0, 0, 1<<32-1):                             1<<32 - 1,
		layout.MakeWord(layout.Committed, 5, 7, layout.FlagMore, 0x1234): 0x8050_0704_0000_1234,
	} {
		if uint64(w) != want {
			t.Errorf("got %#016x, want %#016x", uint64(w), want)
		}
	}
}

func TestPartsTooLargeForTheirBitsDoNotSpill(t *testing.T) {
	if w := layout.MakeWord(layout.Free, layout.MaxSlots, layout.MaxGenerations, 0, 0); w != 0 {
		t.Errorf("got %#016x, want 0", uint64(w))
	}
}

func TestAnExtensionKeepsItsParts(t *testing.T) {
	for _, typ := range []uint16{0, 1, 0xffff} {
		for _, version := range []uint8{0, 1, 0xff} {
			for _, sum := range []uint32{0, 1, 0xffffffff} {
				e := layout.MakeExtension(typ, version, sum)
				if e.Type() != typ || e.Version() != version || e.Checksum() != sum || e>>24&0xff != 0 {
					t.Fatalf("%d %d %#x became %#016x", typ, version, sum, uint64(e))
				}
			}
		}
	}
}

func TestRecordsAreRoundedUpToWords(t *testing.T) {
	for payload, want := range map[uint64]uint64{0: 8, 1: 16, 7: 16, 8: 16, 9: 24, 1<<32 - 1: 1<<32 + 8} {
		if got := layout.RecordSize(layout.WordSize, payload); got != want {
			t.Errorf("%d bytes of payload take %d, want %d", payload, got, want)
		}
		if got := layout.MakeWord(layout.Committed, 1, 0, 0, uint32(payload)).Total(); got != want {
			t.Errorf("a word of %d bytes takes %d, want %d", payload, got, want)
		}
		if got := layout.MakeWord(layout.Committed, 1, 0, layout.FlagExtension, uint32(payload)).Total(); got != want+8 {
			t.Errorf("an extended word of %d bytes takes %d, want %d", payload, got, want+8)
		}
	}
	if got := layout.MakeWord(layout.Pad, 0, 0, 0, 24).Total(); got != 24 {
		t.Errorf("a pad of 24 takes %d", got)
	}
}

func TestTheLargestPayloadFitsWithBothWords(t *testing.T) {
	for _, capacity := range []uint64{layout.MinCapacity, layout.MaxCapacity} {
		n := layout.MaxPayload(capacity)
		if got := layout.RecordSize(2*layout.WordSize, n); got != capacity {
			t.Errorf("%d bytes take %d of a ring of %d", n, got, capacity)
		}
		if got := layout.RecordSize(2*layout.WordSize, n+1); got <= capacity {
			t.Errorf("%d bytes still fit into a ring of %d", n+1, capacity)
		}
	}
}

func TestValidateJudgesWords(t *testing.T) {
	word := layout.MakeWord
	for _, c := range []struct {
		w      layout.Word
		room   uint64
		reason string // part of it; empty: the word is good
	}{
		{word(layout.Committed, 1, 0, 0, 0), 8, ""},
		{word(layout.Committed, 3, 9, layout.FlagExtension|layout.FlagChecksum|layout.FlagMore, 8), 24, ""},
		{word(layout.Claimed, 1, 0, 0, 8), 8, ""},
		{word(layout.Pad, 0, 0, 0, 4096), 4096, ""},
		{word(layout.Pad, 3, 0, 0, 8), 8, ""},
		{0, 4096, "free"},
		{word(layout.Free, 1, 1, 0, 8), 4096, "free"},
		{word(layout.Committed, 1, 0, layout.FlagMore|layout.FlagContinued, 8), 16, ""},
		{word(layout.Committed, 1, 0, 16, 0), 4096, "unknown flags"},
		{word(layout.Committed, 1, 0, layout.FlagChecksum, 0), 4096, "without an extension"},
		{word(layout.Committed, 0, 0, 0, 0), 4096, "slot 0"},
		{word(layout.Committed, 4, 0, 0, 0), 4096, "slot 4"},
		{word(layout.Committed, 1, 0, 0, 1), 8, "16 bytes where 8"},
		{word(layout.Committed, 1, 0, layout.FlagExtension, 0), 8, "16 bytes where 8"},
		{word(layout.Committed, 1, 0, 0, 1<<32-1), 1 << 31, "are left"},
		{word(layout.Claimed, 0, 0, 0, 8), 4096, "slot 0"},
		{word(layout.Claimed, 1, 0, 0, 0), 4096, "positive multiple"},
		{word(layout.Claimed, 1, 0, 0, 12), 4096, "positive multiple"},
		{word(layout.Claimed, 1, 0, 0, 16), 8, "are left"},
		{word(layout.Pad, 0, 0, 0, 0), 4096, "positive multiple"},
		{word(layout.Pad, 0, 0, 0, 1<<32-1), 4096, "positive multiple"},
		{word(layout.Pad, 4, 0, 0, 8), 4096, "slot 4"},
		{word(layout.Pad, 0, 0, 0, 1<<32-8), 1 << 31, "are left"},
		{^layout.Word(0), 4096, "positive multiple"},
	} {
		err := c.w.Validate(c.room, 4)
		var r *layout.RecordError
		switch {
		case c.reason == "" && err != nil:
			t.Errorf("%v in %d bytes: %v", c.w, c.room, err)
		case c.reason != "" && (!errors.As(err, &r) || r.Word != c.w || !strings.Contains(r.Reason, c.reason)):
			t.Errorf("%v in %d bytes: got %v, want something about %q", c.w, c.room, err, c.reason)
		}
	}
}

func TestWordsPrintTheirParts(t *testing.T) {
	w := layout.MakeWord(layout.Claimed, 2, 3, 0, 64)
	if got, want := fmt.Sprint(w), "claimed slot 2 gen 3 flags 0x00 length 64"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzWord validates any word. One that passes lies inside the room it was given.
func FuzzWord(f *testing.F) {
	f.Add(uint64(0), uint64(8), uint32(2))
	f.Add(uint64(layout.MakeWord(layout.Committed, 1, 4095, layout.FlagExtension, 100)), uint64(4096), uint32(2))
	f.Add(^uint64(0), ^uint64(0), ^uint32(0))
	f.Fuzz(func(t *testing.T, bits, room uint64, slots uint32) {
		w := layout.Word(bits)
		if err := w.Validate(room, slots); err != nil {
			if !errors.As(err, new(*layout.RecordError)) {
				t.Errorf("%v: %v is no *RecordError", w, err)
			}
			return
		}
		if w.State() == layout.Free || w.Slot() >= slots || w.Total() == 0 || w.Total()%layout.WordSize != 0 || w.Total() > room ||
			w.State() == layout.Committed && w.HeaderSize()+uint64(w.Length()) > room {
			t.Errorf("accepted %v in %d bytes, %d slots", w, room, slots)
		}
	})
}
