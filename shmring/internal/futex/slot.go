package futex

import "sync/atomic"

// maxSlots bounds the threads that wait where another way of waiting is at hand.
const maxSlots = 4

// used counts those that are taken, in the whole process, because threads are the process's.
var used atomic.Int32

// AcquireSlot reports whether a caller that could wait without a thread may use one in Wait now. If so,
// ReleaseSlot follows.
func AcquireSlot() bool {
	if used.Add(1) <= maxSlots {
		return true
	}
	used.Add(-1)
	return false
}

// ReleaseSlot gives a slot back.
func ReleaseSlot() { used.Add(-1) }
