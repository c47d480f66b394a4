package shmring

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
)

// A dead process wakes nobody. So that a parked consumer notices at once, it has the kernel tell it when a
// producer's process ends. That is only a wake-up call: who is dead, the leases say. Producers in
// another pid namespace can't be watched; for their sake the consumer looks every few milliseconds. A slot does
// not name the namespace: one whose pid and start time happen to be those of a process here passes for that
// process, and its death is noticed at the next backstop.

// vigil is the set of watches of one consumer.
type processWatcher struct {
	mu         sync.Mutex
	doorbell   *doorbell // nil once the memory may be gone
	stops      map[process]func()
	seen       uint64      // value of Changes when the watches were last brought up to date
	incomplete bool        // some producer cannot be watched
	alarmed    atomic.Bool // some process ended
}

// process tells one process from another, whatever became of the first.
type process struct {
	pid   uint32
	start uint64
}

// quiet reports that every producer is watched and none has ended since the last call.
func (v *processWatcher) allWatched() bool {
	return v.stops != nil && !v.incomplete && !v.alarmed.Swap(false)
}

// watch brings the watches up to date with the slots: one for each other process that has producers.
func (c *Consumer) watch() {
	v := &c.watcher
	changes := mem.Load(&c.ctl.Changes)
	if changes == v.seen && v.stops != nil {
		return
	}
	v.seen, v.incomplete = changes, false
	if v.stops == nil {
		v.doorbell, v.stops = &c.data.doorbell, map[process]func(){}
	}
	self := proc.Self()
	wanted := map[process]bool{{self.PID, self.StartTime}: true}
	for i := range c.slots[1:] {
		slot := &c.slots[i+1]
		if _, state := layout.SplitStatus(mem.Load(&slot.Status)); state != layout.SlotAttached {
			continue
		}
		owner := process{mem.Load32(&slot.PID), mem.Load(&slot.StartTime)}
		if wanted[owner] {
			continue
		}
		wanted[owner] = true
		if v.stops[owner] != nil {
			continue
		}
		stop, err := proc.Watch(owner.pid, owner.start, v.wake)
		if err == nil {
			v.stops[owner] = stop
			continue
		}
		v.incomplete = true // dead, or not ours to see: look again soon
		if !errors.Is(err, proc.ErrGone) {
			c.seg.opts.logger.Info("shmring: cannot watch a producer's process", "pid", owner.pid, "error", err)
		}
	}
	for owner, stop := range v.stops {
		if !wanted[owner] {
			stop()
			delete(v.stops, owner)
		}
	}
}

func (v *processWatcher) wake() {
	v.alarmed.Store(true)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.doorbell != nil {
		v.doorbell.wakeAll()
	}
}

// end stops all watches; when it returns, none touches the memory any more.
func (v *processWatcher) stop() {
	v.mu.Lock()
	v.doorbell = nil
	v.mu.Unlock()
	for _, stop := range v.stops {
		stop()
	}
}
