package layout

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// A segment is one contiguous piece of memory:
//
//	0            256            1280           slots             data            size
//	┌────────────┬──────────────┬──────────────┬─────────────────┬───────────────┐
//	│ Header     │ Control      │ Slot × slots │ zeroes to 4096  │ ring          │
//	└────────────┴──────────────┴──────────────┴─────────────────┴───────────────┘
//	 never changes  the ring's    [0] consumer,                    capacity bytes,
//	                indices       others producers                 a power of two
//
// All integers are little endian. Header is written before anybody can see the segment and never
// again, so it is covered by a checksum; everything behind it is shared and validated where it is used.
const (
	FormatVersion = 1          // version of the memory format, apart from the module's version
	HeaderSize    = 256        // bytes of Header
	ControlSize   = 1024       // bytes of Control
	SlotSize      = 128        // bytes of one Slot
	PageSize      = 4096       // alignment of the ring
	MinCapacity   = 4096       // bytes
	MaxCapacity   = 1 << 31    // bytes
	byteOrderMark = 0x01020304 // as read by a host of the right byte order
)

// Magic is the first eight bytes of every segment.
var Magic = [8]byte{'s', 'h', 'm', 'r', 'i', 'n', 'g', 0}

// Kind is how many producers a ring has.
type Kind uint32

// The kinds of ring.
const (
	SPSC Kind = 1 // one producer, one consumer
	MPSC Kind = 2 // many producers, one consumer
)

func (k Kind) String() string {
	switch k {
	case SPSC:
		return "spsc"
	case MPSC:
		return "mpsc"
	}
	return fmt.Sprintf("kind(%d)", uint32(k))
}

// Flags of a segment.
const (
	FlagChecksummed uint32 = 1 << iota // every record carries a checksum

	knownSegmentFlags = FlagChecksummed
)

// Header is the first 256 bytes of a segment. Nobody writes it after the segment was published.
//
//	  0 Magic         8 Version       12 HeaderSize    16 Kind          20 Flags
//	 24 SegmentSize  32 Capacity      40 MaxRecord     48 ControlOffset 56 SlotsOffset
//	 64 SlotCount    68 SlotSize      72 DataOffset    80 LayoutHash    88 Schema
//	 96 ID          112 Created      120 CreatorPID   124 ByteOrder    128 BootID
//	144 Reserved    248 Checksum
type Header struct {
	Magic         [8]byte
	Version       uint32
	HeaderSize    uint32
	Kind          Kind
	Flags         uint32
	SegmentSize   uint64 // bytes, the file's size
	Capacity      uint64 // bytes of ring, a power of two, MinCapacity … MaxCapacity
	MaxRecord     uint64 // bytes of the largest payload
	ControlOffset uint64
	SlotsOffset   uint64
	SlotCount     uint32 // the consumer's and every producer's: 2 … MaxSlots
	SlotSize      uint32
	DataOffset    uint64
	LayoutHash    uint64 // of Header, Control and Slot: see LayoutHash
	Schema        uint64 // the application's fingerprint of its records; 0: none
	ID            [16]byte
	Created       int64 // nanoseconds since the Unix epoch
	CreatorPID    uint32
	ByteOrder     uint32
	BootID        [16]byte
	Reserved      [104]byte // zero
	Checksum      uint64    // xxhash64 of the 248 bytes before it
}

// NewHeader returns a header with the geometry filled in for a ring of the given kind. capacity must be
// a power of two between MinCapacity and MaxCapacity, slots between 2 and MaxSlots; [Header.Validate]
// reports whether they are. The caller sets the identifying fields and then calls [Header.Seal].
func NewHeader(kind Kind, capacity, maxRecord uint64, slots uint32) Header {
	data := (HeaderSize + ControlSize + uint64(slots)*SlotSize + PageSize - 1) &^ (PageSize - 1)
	return Header{
		Magic: Magic, Version: FormatVersion, HeaderSize: HeaderSize,
		Kind: kind, Capacity: capacity, MaxRecord: maxRecord,
		ControlOffset: HeaderSize, SlotsOffset: HeaderSize + ControlSize,
		SlotCount: slots, SlotSize: SlotSize,
		DataOffset: data, SegmentSize: data + capacity,
		LayoutHash: LayoutHash(), ByteOrder: byteOrderMark,
	}
}

// LayoutHash identifies the fixed structures of this format version as this build lays them out.
func LayoutHash() uint64 {
	var b [24]byte
	binary.LittleEndian.PutUint64(b[0:], Hash[Header]())
	binary.LittleEndian.PutUint64(b[8:], Hash[Control]())
	binary.LittleEndian.PutUint64(b[16:], Hash[Slot]())
	return xxhash.Sum64(b[:])
}

// Seal computes the checksum.
func (h *Header) Seal() { h.Checksum = h.sum() }

func (h *Header) sum() uint64 {
	b := Bytes(h)
	return xxhash.Sum64(b[:len(b)-8])
}

// Validate checks a private copy of a header against the size of the memory it was found in. The
// checks go from the outside in: is it a segment, of this format, undamaged, and does its geometry
// describe this memory. Every error is a [*HeaderError].
func (h *Header) Validate(size uint64) error {
	if h.Magic != Magic {
		return headerError(BadMagic, "magic", h.Magic[:], Magic[:])
	}
	if h.ByteOrder != byteOrderMark {
		return headerError(BadVersion, "byte order mark", fmt.Sprintf("%#08x", h.ByteOrder), fmt.Sprintf("%#08x", uint32(byteOrderMark)))
	}
	if h.Version != FormatVersion {
		return headerError(BadVersion, "format version", h.Version, FormatVersion)
	}
	if sum := h.sum(); sum != h.Checksum {
		return headerError(BadChecksum, "checksum", fmt.Sprintf("%#016x", h.Checksum), fmt.Sprintf("%#016x", sum))
	}
	if want := LayoutHash(); h.LayoutHash != want {
		return headerError(BadVersion, "layout hash", fmt.Sprintf("%#016x", h.LayoutHash), fmt.Sprintf("%#016x", want))
	}
	if err := h.validateGeometry(); err != nil {
		return err
	}
	if size != h.SegmentSize {
		return headerError(BadSize, "size of the memory", size, h.SegmentSize)
	}
	return nil
}

// validateGeometry holds the numbers against the only arrangement that this version knows.
func (h *Header) validateGeometry() error {
	switch {
	case h.Kind != SPSC && h.Kind != MPSC:
		return headerError(BadGeometry, "kind", uint32(h.Kind), "1 (spsc) or 2 (mpsc)")
	case h.Flags&^knownSegmentFlags != 0:
		return headerError(BadGeometry, "flags", h.Flags, knownSegmentFlags)
	case h.Capacity < MinCapacity || h.Capacity > MaxCapacity || h.Capacity&(h.Capacity-1) != 0:
		return headerError(BadGeometry, "capacity", h.Capacity, fmt.Sprintf("a power of two from %d to %d", MinCapacity, uint64(MaxCapacity)))
	case h.SlotCount < 2 || h.SlotCount > MaxSlots || h.Kind == SPSC && h.SlotCount != 2:
		return headerError(BadGeometry, "slot count", h.SlotCount, fmt.Sprintf("2 (spsc) to %d (mpsc)", MaxSlots))
	case h.MaxRecord == 0 || h.MaxRecord > MaxPayload(h.Capacity):
		return headerError(BadGeometry, "largest record", h.MaxRecord, fmt.Sprintf("1 to %d", MaxPayload(h.Capacity)))
	}
	for i, b := range h.Reserved {
		if b != 0 {
			return headerError(BadGeometry, fmt.Sprintf("reserved byte %d", i), b, 0)
		}
	}
	want := NewHeader(h.Kind, h.Capacity, h.MaxRecord, h.SlotCount)
	for _, f := range []struct {
		name      string
		got, want uint64
	}{
		{"header size", uint64(h.HeaderSize), HeaderSize},
		{"slot size", uint64(h.SlotSize), SlotSize},
		{"control offset", h.ControlOffset, want.ControlOffset},
		{"slots offset", h.SlotsOffset, want.SlotsOffset},
		{"data offset", h.DataOffset, want.DataOffset},
		{"segment size", h.SegmentSize, want.SegmentSize},
	} {
		if f.got != f.want {
			return headerError(BadGeometry, f.name, f.got, f.want)
		}
	}
	return nil
}

// MaxPayload returns the largest payload, in bytes, that a ring of this capacity can be made to carry:
// the ring less the two header words of the record.
func MaxPayload(capacity uint64) uint64 { return capacity - 2*WordSize }

// Fault is the kind of check that a header failed.
type Fault uint8

// The kinds of [HeaderError].
const (
	BadMagic    Fault = iota // not a segment at all
	BadVersion               // another version, byte order or layout
	BadChecksum              // damaged
	BadGeometry              // numbers that contradict each other, or reserved bytes that are not zero
	BadSize                  // the header is valid, the memory shorter or longer than its SegmentSize
)

// HeaderError names the field that failed, what was found and what was expected.
type HeaderError struct {
	Fault Fault
	Field string
	Got   string
	Want  string
}

func headerError(f Fault, field string, got, want any) error {
	text := func(v any) string {
		if b, ok := v.([]byte); ok {
			return fmt.Sprintf("%q", b)
		}
		return fmt.Sprint(v)
	}
	return &HeaderError{Fault: f, Field: field, Got: text(got), Want: text(want)}
}

func (e *HeaderError) Error() string {
	return fmt.Sprintf("layout: segment header: %s is %s, want %s", e.Field, e.Got, e.Want)
}
