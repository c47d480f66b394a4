package shmring

import (
	"math"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// bell is a doorbell in the segment: a flag that says somebody sleeps, and the futex word he sleeps on.
//
// The sleeper sets the flag, issues a fence on behalf of everybody (membarrier) and looks a last time
// before he sleeps. The other side publishes with a release store and then looks at the flag, without
// any fence of its own. Either its store came before the sleeper's last look, or its look at the flag
// comes after the fence and sees the flag. Where a party has no membarrier it sets FenceFlag once and
// for all; the flag is then never zero and the other side takes the slow road with a full barrier.
type bell struct {
	flag *uint32
	seq  *uint32
}

// pending reports whether the other side should call ring: one load.
func (b *bell) pending() bool { return mem.Load32(b.flag) != 0 }

// ring wakes whoever sleeps and reports whether it made the system call.
func (b *bell) ring() bool {
	if mem.And32(b.flag, ^layout.WaitFlag)&layout.WaitFlag == 0 {
		return false
	}
	b.rouse()
	return true
}

// rouse makes everybody on this bell look again, asleep or just about to be.
func (b *bell) rouse() {
	mem.Add32(b.seq, 1)
	futex.Wake(b.seq, math.MaxInt32)
}
