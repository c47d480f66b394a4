package layout

import "fmt"

// A ring holds records. Every record starts on an 8-byte boundary with one header word, and never
// straddles the end of the ring:
//
//	offset   0        8              16
//	         ┌────────┬──────────────┬─────────────────────┬──────────┐
//	         │ header │ [ extension ]│ payload, len bytes  │ 0 … 7 × 0│
//	         └────────┴──────────────┴─────────────────────┴──────────┘
//	         8 bytes    8 bytes, only with FlagExtension     to 8 bytes
//
// The header word, from the most significant bit:
//
//	63 62 │ 61 … 52 │ 51 … 40    │ 39 … 32 │ 31 … 0
//	state │ slot    │ generation │ flags   │ length
//
// A zero word is memory that nobody has committed. The store of a committed word publishes the record;
// no other index does.
type Word uint64

// State is the top two bits of a [Word].
type State uint8

// The four states of a header word.
const (
	Free      State = iota // nothing here yet
	Claimed                // length: whole bytes claimed; the owner is slot, generation
	Committed              // length: payload bytes
	Pad                    // length: whole bytes to skip
)

func (s State) String() string {
	return [...]string{"free", "claimed", "committed", "pad"}[s&3]
}

// Flags of a committed record. Unknown flags are a violation of the format.
const (
	FlagExtension uint8 = 1 << iota // an [Extension] word follows the header
	FlagChecksum                    // the extension holds the payload's checksum
	FlagMore                        // the next record of the same producer continues this one
	FlagContinued                   // this record continues the last one of the same producer, which has FlagMore

	knownFlags = FlagExtension | FlagChecksum | FlagMore | FlagContinued
)

// Sizes and limits of records, in bytes unless said otherwise.
const (
	WordSize       = 8
	MaxSlots       = 1 << 10 // slot numbers, consumer included
	MaxGenerations = 1 << 12 // generation numbers before they repeat
)

// MakeWord builds a header word. The slot is below MaxSlots, the generation below MaxGenerations.
func MakeWord(s State, slot, generation uint32, flags uint8, length uint32) Word {
	return Word(s)<<62 | Word(slot&(MaxSlots-1))<<52 | Word(generation&(MaxGenerations-1))<<40 |
		Word(flags)<<32 | Word(length)
}

// State returns the state bits.
func (w Word) State() State { return State(w >> 62) }

// Slot returns the number of the slot that wrote the word.
func (w Word) Slot() uint32 { return uint32(w>>52) & (MaxSlots - 1) }

// Generation returns the generation of that slot, 0 … MaxGenerations-1.
func (w Word) Generation() uint32 { return uint32(w>>40) & (MaxGenerations - 1) }

// Flags returns the flag bits.
func (w Word) Flags() uint8 { return uint8(w >> 32) }

// Length returns the payload's length in a committed word and the whole length in a pad or claim.
func (w Word) Length() uint32 { return uint32(w) }

// HeaderSize returns the bytes before the payload: 8, or 16 with an extension.
func (w Word) HeaderSize() uint64 { return WordSize + uint64(w>>32&Word(FlagExtension))*WordSize }

// Total returns the bytes the record takes in the ring, a multiple of 8, at most 2³²+16.
func (w Word) Total() uint64 {
	if w.State() == Committed {
		return RecordSize(w.HeaderSize(), uint64(w.Length()))
	}
	return uint64(w.Length())
}

// RecordSize returns the ring bytes of a record: header and payload, rounded up to 8.
func RecordSize(header, payload uint64) uint64 { return (header + payload + 7) &^ 7 }

// Validate checks a word that was read once at a position with room bytes up to the ring's end or the
// reader's limit, whichever is nearer, in a ring with the given number of slots.
func (w Word) Validate(room uint64, slots uint32) error {
	total := w.Total()
	switch {
	case w.State() == Free:
		return &RecordError{Word: w, Reason: "a free word is not a record"}
	case w.State() == Committed && w.Flags()&^knownFlags != 0:
		return &RecordError{Word: w, Reason: fmt.Sprintf("unknown flags %#02x", w.Flags()&^knownFlags)}
	case w.State() == Committed && w.Flags()&FlagChecksum != 0 && w.Flags()&FlagExtension == 0:
		return &RecordError{Word: w, Reason: "a checksum flag without an extension"}
	case w.State() != Committed && (total == 0 || total%WordSize != 0):
		return &RecordError{Word: w, Reason: fmt.Sprintf("length %d is not a positive multiple of %d", total, WordSize)}
	case w.State() != Pad && w.Slot() == 0 || w.Slot() >= slots:
		return &RecordError{Word: w, Reason: fmt.Sprintf("slot %d, want 1 to %d", w.Slot(), slots-1)}
	case total > room:
		return &RecordError{Word: w, Reason: fmt.Sprintf("%d bytes where %d are left", total, room)}
	}
	return nil
}

func (w Word) String() string {
	return fmt.Sprintf("%s slot %d gen %d flags %#02x length %d", w.State(), w.Slot(), w.Generation(), w.Flags(), w.Length())
}

// Extension is the optional second word of a record:
//
//	63 … 32  │ 31 … 24  │ 23 … 16 │ 15 … 0
//	checksum │ reserved │ version │ type
//
// The checksum is the low half of the payload's xxhash64. The reserved bits are zero.
type Extension uint64

// MakeExtension builds an extension word.
func MakeExtension(typ uint16, version uint8, checksum uint32) Extension {
	return Extension(typ) | Extension(version)<<16 | Extension(checksum)<<32
}

// Type returns the application's record type.
func (e Extension) Type() uint16 { return uint16(e) }

// Version returns the application's version of that type.
func (e Extension) Version() uint8 { return uint8(e >> 16) }

// Checksum returns the low 32 bits of the payload's xxhash64.
func (e Extension) Checksum() uint32 { return uint32(e >> 32) }

// RecordError reports which header word breaks the record format, and how.
type RecordError struct {
	Word   Word
	Reason string
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("layout: record word %#016x (%s): %s", uint64(e.Word), e.Word, e.Reason)
}
