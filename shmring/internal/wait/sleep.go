package wait

import (
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// bell is what a Waiter sleeps on: one doorbell, a connection's, or those of several rings.
type bell interface {
	// snapshot reads the futex words. It comes before the thorough look.
	snapshot()
	// arm raises the flags and reports whether a barrier on behalf of everybody must follow. Either disarm or sleep
	// comes next.
	arm() (fence bool)
	// requireFence makes wakers pass a full barrier from now on.
	requireFence()
	// disarm gives the sleep up.
	disarm()
	// sleep sleeps until the doorbell has rung since snapshot, at most for limit.
	sleep(limit time.Duration)
	// wakeAll ends sleeps from another goroutine of this process.
	wakeAll()
	// nap sleeps for a moment, without having raised a flag.
	nap(d time.Duration)
	// keepsCPU reports that the process has other goroutines for the processor: it is not offered to others.
	keepsCPU() bool
}

// futexBell sleeps on the doorbell of one ring.
type futexBell struct {
	Doorbell
	sole bool   // nobody else sleeps on this doorbell
	seq  uint32 // the futex word, as snapshot saw it
}

func (b *futexBell) snapshot() { b.seq = mem.Load32(b.Seq) }

func (b *futexBell) arm() (fence bool) {
	mem.Or32(b.Flags, layout.WaitFlag)
	return true
}

func (b *futexBell) requireFence() { b.RequireFence() }

func (b *futexBell) disarm() {
	if b.sole {
		mem.And32(b.Flags, ^sleepFlags) // spare the peer a system call
	}
}

func (b *futexBell) sleep(limit time.Duration) { futex.Wait(b.Seq, b.seq, limit) }
func (b *futexBell) wakeAll()                  { b.WakeAll() }
func (b *futexBell) nap(d time.Duration)       { futex.Wait(b.Seq, mem.Load32(b.Seq), d) }
func (b *futexBell) keepsCPU() bool            { return false }
