package layout_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/shmring/ipc/layout"
)

// sealed returns a good header of a ring of 64 KiB with 7 producers.
func sealed() layout.Header {
	h := layout.NewHeader(layout.MPSC, 64<<10, 1000, 8)
	h.Schema, h.ID = 0x1122334455667788, [16]byte{1, 2, 3}
	h.Seal()
	return h
}

func TestTheSharedStructuresMayLieOverForeignMemory(t *testing.T) {
	for name, err := range map[string]error{
		"Header": layout.Check[layout.Header](), "Control": layout.Check[layout.Control](), "Slot": layout.Check[layout.Slot](),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASealedHeaderIsGood(t *testing.T) {
	for _, kind := range []layout.Kind{layout.SPSC, layout.MPSC} {
		for _, capacity := range []uint64{layout.MinCapacity, 1 << 20, layout.MaxCapacity} {
			for _, slots := range []uint32{2, 3, layout.MaxSlots} {
				if kind == layout.SPSC && slots != 2 {
					continue
				}
				h := layout.NewHeader(kind, capacity, layout.MaxPayload(capacity), slots)
				h.Seal()
				if err := h.Validate(h.SegmentSize); err != nil {
					t.Errorf("%v, %d bytes, %d slots: %v", kind, capacity, slots, err)
				}
				if h.DataOffset%layout.PageSize != 0 || h.SlotsOffset+uint64(slots)*layout.SlotSize > h.DataOffset {
					t.Errorf("%d slots: the ring begins at %d", slots, h.DataOffset)
				}
			}
		}
	}
}

// fault returns the fault of a header error, and fails the test for any other error.
func fault(t *testing.T, err error) layout.Fault {
	t.Helper()
	var h *layout.HeaderError
	if !errors.As(err, &h) {
		t.Fatalf("got %v, want a *HeaderError", err)
	}
	if h.Field == "" || h.Got == "" || h.Want == "" || h.Got == h.Want {
		t.Errorf("%+v does not say what was found and what was allowed", *h)
	}
	return h.Fault
}

func TestEveryFlippedHeaderByteIsFound(t *testing.T) {
	for at := range layout.HeaderSize {
		for _, mask := range []byte{1, 0x80, 0xff} {
			h := sealed()
			layout.Bytes(&h)[at] ^= mask
			want := layout.BadChecksum
			switch {
			case at < 8:
				want = layout.BadMagic
			case at < 12 || at >= 124 && at < 128:
				want = layout.BadVersion
			}
			if got := fault(t, h.Validate(h.SegmentSize)); got != want {
				t.Errorf("byte %d flipped by %#02x: fault %d, want %d", at, mask, got, want)
			}
		}
	}
}

func TestValidateRefusesContradictoryGeometry(t *testing.T) {
	for _, c := range []struct {
		field string
		spoil func(*layout.Header)
		want  layout.Fault
	}{
		{"magic", func(h *layout.Header) { h.Magic[7] = 1 }, layout.BadMagic},
		{"version 0", func(h *layout.Header) { h.Version = 0 }, layout.BadVersion},
		{"version 2", func(h *layout.Header) { h.Version = 2 }, layout.BadVersion},
		{"byte order", func(h *layout.Header) { h.ByteOrder = 0x04030201 }, layout.BadVersion},
		{"layout hash", func(h *layout.Header) { h.LayoutHash++ }, layout.BadVersion},
		{"kind 0", func(h *layout.Header) { h.Kind = 0 }, layout.BadGeometry},
		{"kind 3", func(h *layout.Header) { h.Kind = 3 }, layout.BadGeometry},
		{"flags", func(h *layout.Header) { h.Flags = 2 }, layout.BadGeometry},
		{"capacity 0", func(h *layout.Header) { h.Capacity = 0 }, layout.BadGeometry},
		{"capacity no power of two", func(h *layout.Header) { h.Capacity = 12 << 10 }, layout.BadGeometry},
		{"capacity too small", func(h *layout.Header) { h.Capacity = layout.MinCapacity / 2 }, layout.BadGeometry},
		{"capacity too large", func(h *layout.Header) { h.Capacity = 2 * layout.MaxCapacity }, layout.BadGeometry},
		{"capacity of another segment", func(h *layout.Header) { h.Capacity *= 2 }, layout.BadGeometry},
		{"largest record", func(h *layout.Header) { h.MaxRecord = h.Capacity - 15 }, layout.BadGeometry},
		{"no record at all", func(h *layout.Header) { h.MaxRecord = 0 }, layout.BadGeometry},
		{"one slot", func(h *layout.Header) { h.SlotCount = 1 }, layout.BadGeometry},
		{"too many slots", func(h *layout.Header) { h.SlotCount = layout.MaxSlots + 1 }, layout.BadGeometry},
		{"spsc with eight slots", func(h *layout.Header) { h.Kind = layout.SPSC }, layout.BadGeometry},
		{"header size", func(h *layout.Header) { h.HeaderSize = 512 }, layout.BadGeometry},
		{"slot size", func(h *layout.Header) { h.SlotSize = 64 }, layout.BadGeometry},
		{"control in the header", func(h *layout.Header) { h.ControlOffset = 128 }, layout.BadGeometry},
		{"control misaligned", func(h *layout.Header) { h.ControlOffset++ }, layout.BadGeometry},
		{"slots in the control", func(h *layout.Header) { h.SlotsOffset = layout.HeaderSize }, layout.BadGeometry},
		{"ring in the slots", func(h *layout.Header) { h.DataOffset = h.SlotsOffset }, layout.BadGeometry},
		{"ring beyond the end", func(h *layout.Header) { h.DataOffset = 1 << 63 }, layout.BadGeometry},
		{"segment size", func(h *layout.Header) { h.SegmentSize += layout.PageSize }, layout.BadGeometry},
		{"segment size 0", func(h *layout.Header) { h.SegmentSize = 0 }, layout.BadGeometry},
		{"first reserved byte", func(h *layout.Header) { h.Reserved[0] = 1 }, layout.BadGeometry},
		{"last reserved byte", func(h *layout.Header) { h.Reserved[103] = 0x80 }, layout.BadGeometry},
	} {
		t.Run(c.field, func(t *testing.T) {
			h := sealed()
			size := h.SegmentSize
			c.spoil(&h)
			h.Seal() // a forger computes checksums, too
			if got := fault(t, h.Validate(size)); got != c.want {
				t.Errorf("fault %d, want %d", got, c.want)
			}
		})
	}
}

func TestValidateHoldsTheHeaderAgainstItsMemory(t *testing.T) {
	h := sealed()
	for _, size := range []uint64{0, layout.HeaderSize, h.SegmentSize - 1, h.SegmentSize + 1, 1 << 63} {
		if got := fault(t, h.Validate(size)); got != layout.BadSize {
			t.Errorf("memory of %d bytes: fault %d, want %d", size, got, layout.BadSize)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	for kind, want := range map[layout.Kind]string{layout.SPSC: "spsc", layout.MPSC: "mpsc", 7: "kind(7)"} {
		if got := fmt.Sprint(kind); got != want {
			t.Errorf("kind %d prints as %q, want %q", uint32(kind), got, want)
		}
	}
}

// FuzzHeader validates any header, with and without a right checksum. One that passes describes memory of
// the size it was held against, in which nothing overlaps, and has nothing in its reserved bytes.
func FuzzHeader(f *testing.F) {
	h := sealed()
	f.Add(layout.Bytes(&h), h.SegmentSize, false)
	h.Capacity = 1 << 63
	f.Add(layout.Bytes(&h), uint64(0), true)
	reserved := sealed()
	reserved.Reserved[50] = 1
	f.Add(layout.Bytes(&reserved), reserved.SegmentSize, true)
	f.Fuzz(func(t *testing.T, b []byte, size uint64, seal bool) {
		var h layout.Header
		copy(layout.Bytes(&h), b)
		if seal {
			h.Seal()
		}
		err := h.Validate(size)
		if err != nil {
			fault(t, err)
			return
		}
		slotsEnd := h.SlotsOffset + uint64(h.SlotCount)*uint64(h.SlotSize)
		if h.HeaderSize != layout.HeaderSize || h.ControlOffset < layout.HeaderSize || h.SlotsOffset < h.ControlOffset+layout.ControlSize ||
			h.DataOffset < slotsEnd || h.DataOffset+h.Capacity != size || h.MaxRecord >= h.Capacity || h.Reserved != [104]byte{} {
			t.Errorf("accepted: %+v for %d bytes", h, size)
		}
	})
}
