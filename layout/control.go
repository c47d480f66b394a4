package layout

// Control is the ring's shared state, one concern per 128-byte line so that writers of different
// lines do not disturb each other (adjacent 64-byte lines are fetched in pairs on common processors).
//
//	  0 Tail
//	128 Head        136 ZeroingTo
//	256 Released    264 Records     272 Bytes       280 EmptyWaits  288 Wakes
//	296 Recovered   304 Corrupt     312 HighWater   320 BlockedPos  328 BlockedSlot 332 _
//	336 BlockedAt
//	384 DataWait    388 DataSeq
//	512 SpaceWait   516 SpaceSeq
//	640 Attaches    648 Acked       656 Deaths     664 Changes
//	768 reserved to 1024
//
// Positions count bytes since the segment was made and never wrap: head ≤ tail ≤ head+capacity. The
// byte at position p lies at index p mod capacity of the ring.
type Control struct {
	// Producers' line. MPSC: claimed by compare-and-swap. SPSC: the producer's hint for observers;
	// the truth is the first free header word.
	Tail uint64
	_    [120]byte

	// Consumer's line: written in steps, read by producers that need room.
	Head      uint64 // bytes below are zero and belong to producers again
	ZeroingTo uint64 // bytes below are being cleared; a successor finishes the job
	_         [112]byte

	// Consumer's own line: nobody polls it.
	Released    uint64 // where a successor continues
	Records     uint64 // released records
	Bytes       uint64 // released payload bytes
	EmptyWaits  uint64 // times the consumer parked
	Wakes       uint64 // wake-ups the consumer sent to producers
	Recovered   uint64 // claims and gaps of dead producers skipped
	Corrupt     uint64 // violations found by the consumer
	HighWater   uint64 // most bytes between head and tail so far
	BlockedPos  uint64 // position of the claim the consumer waits for, plus 1; 0: none
	BlockedSlot uint32 // its slot
	_           uint32
	BlockedAt   uint64 // since when, nanoseconds since the Unix epoch
	_           [40]byte

	// Data doorbell: WaitFlag and FenceFlag bits; the futex word.
	DataWait uint32 // consumer sets WaitFlag, a producer clears it
	DataSeq  uint32 // futex word, incremented by every waker
	_        [120]byte

	// Space doorbell, the same in the other direction.
	SpaceWait uint32 // producers set WaitFlag, the consumer clears it
	SpaceSeq  uint32
	_         [120]byte

	// Who came and went.
	Attaches uint64 // producers that ever attached (any producer, atomic add)
	Acked    uint64 // value of Attaches whose end the consumer has reported
	Deaths   uint64 // parties found dead (any party, atomic add)
	Changes  uint64 // attachments, closings and deaths noticed (any party, atomic add)
	_        [96]byte

	_ [256]byte
}

// Bits of DataWait and SpaceWait.
const (
	WaitFlag   uint32 = 1 << iota // somebody is about to sleep, or sleeps
	FenceFlag                     // some party has no membarrier: order store and load with a full barrier
	SocketFlag                    // of a connection: the sleeper waits for a byte on the socket, not on the futex
)

// Slot describes one party. Slot 0 is the consumer's, the others belong to producers. Ownership is a
// lock on the slot's first byte of the file, which the kernel drops when its holder dies; the
// description in the slot is for people and tools.
//
//	 0 Status       8 Intent      16 Mark
//	24 Records     32 Bytes       40 FullWaits   48 Wakes
//	56 PID         60 _           64 StartTime   72 Attached   80 BootID   96 reserved
type Slot struct {
	Status    uint64   // generation << 8 | SlotState; written by the owner, marked dead by anybody
	Intent    uint64   // MPSC: position being claimed, plus 1; 0: none. Written by the owner
	Mark      uint64   // MPSC: generation wrap quarantine, a position plus 1. Written under the lock
	Records   uint64   // records committed through this slot, all owners
	Bytes     uint64   // payload bytes committed through this slot, all owners
	FullWaits uint64   // times an owner parked for room
	Wakes     uint64   // wake-ups an owner sent to the consumer
	PID       uint32   // of the owner, in its own pid namespace
	_         uint32   //
	StartTime uint64   // of that process, clock ticks since boot
	Attached  uint64   // nanoseconds since the Unix epoch
	BootID    [16]byte // of the owner's kernel
	_         [32]byte
}

// SlotState is the low byte of Slot.Status.
type SlotState uint8

// The states of a slot.
const (
	SlotFree     SlotState = iota // never used, or closed cleanly
	SlotAttached                  // owned; if the lock is free, the owner died
	SlotDead                      // its owner died and the consumer has not reported it yet
	SlotReaped                    // its owner died and the consumer has reported it
)

// MakeStatus packs a generation, 0 … MaxGenerations-1, and a state.
func MakeStatus(generation uint32, s SlotState) uint64 { return uint64(generation)<<8 | uint64(s) }

// SplitStatus is the inverse of [MakeStatus] for any bits, as a peer may have written them.
func SplitStatus(status uint64) (generation uint32, s SlotState) {
	return uint32(status>>8) & (MaxGenerations - 1), SlotState(status)
}
