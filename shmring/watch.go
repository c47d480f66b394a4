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
type vigil struct {
	mu        sync.Mutex
	bell      *bell // nil once the memory may be gone
	stops     map[uint32]watched
	seen      uint64      // value of Changes when the watches were last brought up to date
	unwatched bool        // some producer cannot be watched
	alarmed   atomic.Bool // some process ended
}

// quiet reports that every producer is watched and none has ended since the last call.
func (v *vigil) quiet() bool { return v.stops != nil && !v.unwatched && !v.alarmed.Swap(false) }

type watched struct {
	status uint64
	stop   func()
}

// watch brings the watches up to date with the slots.
func (c *Consumer) watch() {
	v := &c.vigil
	if changes := mem.Load(&c.ctl.Changes); changes == v.seen && v.stops != nil {
		return
	} else {
		v.seen = changes
	}
	if v.stops == nil {
		v.bell, v.stops = &c.data.bell, map[uint32]watched{}
	}
	self := proc.Self()
	v.unwatched = false
	for i := uint32(1); i < uint32(len(c.slots)); i++ {
		slot := &c.slots[i]
		status := mem.Load(&slot.Status)
		w, known := v.stops[i]
		if known && w.status == status {
			continue
		}
		if known {
			w.stop()
			delete(v.stops, i)
		}
		pid, start := mem.Load32(&slot.PID), mem.Load(&slot.StartTime)
		if _, state := layout.SplitStatus(status); state != layout.SlotAttached || pid == self.PID && start == self.StartTime {
			continue
		}
		stop, err := proc.Watch(pid, start, v.rouse)
		if errors.Is(err, proc.ErrGone) {
			v.unwatched = true // dead, or not ours to see: look again soon
		} else if err != nil {
			v.unwatched = true
			c.seg.opts.logger.Info("shmring: cannot watch a producer's process", "pid", pid, "error", err)
		} else {
			v.stops[i] = watched{status, stop}
		}
	}
}

func (v *vigil) rouse() {
	v.alarmed.Store(true)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bell != nil {
		v.bell.rouse()
	}
}

// end stops all watches; when it returns, none touches the memory any more.
func (v *vigil) end() {
	v.mu.Lock()
	v.bell = nil
	v.mu.Unlock()
	for _, w := range v.stops {
		w.stop()
	}
}
