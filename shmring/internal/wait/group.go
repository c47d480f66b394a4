package wait

import (
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// MaxGroup is how many doorbells one Waiter can sleep on. The kernel waits for 128 words at a time; one of them is
// the group's own.
const MaxGroup = futex.MaxWords - 1

// groupBell sleeps on the doorbells of several rings at once (futex_waitv). The waiter must be the only sleeper of
// each of them.
type groupBell struct {
	doorbells []Doorbell
	addrs     []*uint32 // their futex words, and own
	vals      []uint32  // as snapshot saw them
	own       *uint32   // this group's word, which wakeAll changes
}

func newGroupBell(doorbells []Doorbell) *groupBell {
	g := &groupBell{doorbells: doorbells, own: new(uint32), vals: make([]uint32, len(doorbells)+1)}
	for _, d := range doorbells {
		g.addrs = append(g.addrs, d.Seq)
	}
	g.addrs = append(g.addrs, g.own)
	return g
}

func (g *groupBell) snapshot() {
	for i, addr := range g.addrs {
		g.vals[i] = mem.Load32(addr)
	}
}

func (g *groupBell) arm() (fence bool) {
	for _, d := range g.doorbells {
		mem.Or32(d.Flags, layout.WaitFlag)
	}
	return true
}

func (g *groupBell) requireFence() {
	for _, d := range g.doorbells {
		d.RequireFence()
	}
}

func (g *groupBell) disarm() {
	for _, d := range g.doorbells {
		mem.And32(d.Flags, ^sleepFlags) // spare the peers a system call
	}
}

func (g *groupBell) sleep(limit time.Duration) {
	if _, err := futex.WaitAny(g.addrs, g.vals, limit); err != nil && err != futex.ErrTimeout {
		time.Sleep(min(limit, time.Millisecond)) // a kernel that cannot wait for several words
	}
	g.disarm()
}

func (g *groupBell) wakeAll() {
	atomic.AddUint32(g.own, 1)
	futex.Wake(g.own, 1)
}

func (g *groupBell) nap(d time.Duration) { futex.Wait(g.own, atomic.LoadUint32(g.own), d) }
func (g *groupBell) keepsCPU() bool      { return true }
