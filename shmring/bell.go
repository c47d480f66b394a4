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
// The sleepers of a connection set it, too, with their first sleep. A server sleeps for every request, and the
// fence on behalf of everybody, which interrupts all processors, is the dearest part of that; a barrier
// after every message is cheap beside it. After the first they may spare the fence: the peer, the only other party,
// has seen the flag.
type doorbell struct {
	flags  *uint32
	seq    *uint32
	socket *socketDoorbell // of a connection: the second way of sleeping; nil for named rings
	bit    byte            // which of the doorbell's two waits this bell ends
}

// pending reports whether the other side should call ring: one load.
func (b *doorbell) pending() bool { return mem.Load32(b.flags) != 0 }

// standing is what a sleeper sets beside the flag of its sleep, and nobody clears.
func (b *doorbell) permanentFlag() uint32 {
	if b.socket != nil {
		return layout.FenceFlag
	}
	return 0
}

// ring wakes whoever sleeps and reports whether it made the system call.
func (b *doorbell) notify() bool {
	asleep := mem.And32(b.flags, ^sleepFlags) & sleepFlags
	if asleep&layout.WaitFlag != 0 {
		b.wakeFutex()
	}
	if asleep&layout.DoorFlag != 0 && b.socket != nil {
		b.socket.notify(b.bit)
	}
	return asleep != 0
}

// sleepFlags are the flags that a sleeper sets and a waker clears.
const sleepFlags = layout.WaitFlag | layout.DoorFlag

// rouse makes everybody on this bell look again, asleep or just about to be: in all processes on the
// futex, in this one on the doorbell.
func (b *doorbell) wakeAll() {
	b.wakeFutex()
	if b.socket != nil {
		b.socket.wake(b.bit)
	}
}

func (b *doorbell) wakeFutex() {
	mem.Add32(b.seq, 1)
	futex.Wake(b.seq, math.MaxInt32)
}
