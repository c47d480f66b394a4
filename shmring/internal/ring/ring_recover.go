package ring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// A producer of an SPSC ring that dies leaves at its position either a committed record or a zero word with torn
// bytes behind it, up to head + capacity. Its successor must not publish a record in front of those bytes:
// recoverTail finds the position and zeroes the rest first.

// recoverTail finds where the next record goes and leaves everything from there on zero. The caller holds
// the producer's lease. torn says that the predecessor did not close.
//
// The consumer may be at work meanwhile. It clears what it has released, and says so in ZeroingTo before. As long as
// it has not come as far as we have, it does not matter what it did behind us; head, too, may be old.
func (r *Ring) recoverTail(torn bool) (tail, head uint64, err error) {
	head = mem.Load(&r.ctl.Head)
	tail = head
	for end := head + r.capacity; ; {
		// Acquire: pairs with the store of ZeroingTo in Consumer.zeroTo. Words below may be half cleared.
		zeroing := mem.Load(&r.ctl.ZeroingTo)
		tail = max(tail, zeroing)
		if head%layout.WordSize != 0 || tail%layout.WordSize != 0 || tail > end {
			return 0, 0, r.violation(head, zeroing, "head and zeroing mark contradict each other", nil)
		}
		for err = nil; tail < end; {
			w := layout.Word(mem.Load(r.Word(tail)))
			if w.State() == layout.Free {
				break
			}
			if err = w.Validate(min(r.ToEnd(tail), end-tail), uint32(len(r.slots.Table))); err != nil || w.State() == layout.Claimed {
				err = r.violation(tail, uint64(w), "no record where one was expected", err)
				break
			}
			tail += w.Total()
		}
		if mem.Load(&r.ctl.ZeroingTo) > tail {
			continue // what we saw last may have been cleared
		}
		if err == nil && torn {
			r.zero(tail, end)
		}
		return tail, head, err
	}
}
