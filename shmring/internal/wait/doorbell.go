package wait

import (
	"math"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Doorbell is one direction's wake-up in the segment: flags that say that somebody sleeps, and the futex word that
// they sleep on. It is a small value; copies are the same doorbell.
type Doorbell struct {
	Flags *uint32
	Seq   *uint32
	// Socket is a connection's second way of sleeping, nil for a ring on its own. Side says which of the two
	// waits of the connection this doorbell ends.
	Socket *SocketDoorbell
	Side   Side
}

// sleepFlags are the flags that a sleeper raises and a waker lowers.
const sleepFlags = layout.WaitFlag | layout.SocketFlag

// Pending reports whether a publisher must call Notify: one load.
func (d *Doorbell) Pending() bool { return mem.Load32(d.Flags) != 0 }

// Notify wakes whoever sleeps and reports whether it made a system call for that.
func (d *Doorbell) Notify() bool {
	asleep := mem.And32(d.Flags, ^sleepFlags) & sleepFlags
	if asleep&layout.WaitFlag != 0 {
		d.wakeFutex()
	}
	if asleep&layout.SocketFlag != 0 && d.Socket != nil {
		d.Socket.notify(d.Side)
	}
	return asleep != 0
}

// WakeAll makes everybody on this doorbell look again, asleep or about to be: in all processes on the futex, in
// this one on the socket.
func (d *Doorbell) WakeAll() {
	d.wakeFutex()
	if d.Socket != nil {
		d.Socket.Wake(d.Side)
	}
}

// Announce makes the other side look again after a change that it is not waiting for, such as a producer's
// attachment.
func (d *Doorbell) Announce() {
	if d.Socket != nil {
		d.Notify()
		return
	}
	d.wakeFutex()
}

// RequireFence makes wakers of this doorbell pass a full barrier from now on, for good.
func (d *Doorbell) RequireFence() { mem.Or32(d.Flags, layout.FenceFlag) }

func (d *Doorbell) wakeFutex() {
	mem.Add32(d.Seq, 1)
	futex.Wake(d.Seq, math.MaxInt32)
}
