package watch

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/proc"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Watcher watches the processes that own a set of slots. It belongs to one goroutine at a time.
type Watcher struct {
	mu         sync.Mutex
	doorbell   *wait.Doorbell // nil once the memory may be gone
	stops      map[process]func()
	seen       uint64      // value of Changes when the watches were last brought up to date
	incomplete bool        // some process cannot be watched
	ended      atomic.Bool // some process did
	lastEnd    time.Time   // when Quiet has reported that last
}

// process tells one process from another, whatever became of the first.
type process struct {
	pid   uint32
	start uint64
}

// Quiet reports that every process is watched and none has ended since the last call.
func (w *Watcher) Quiet() bool {
	if w.ended.Swap(false) {
		w.lastEnd = time.Now()
		return false
	}
	return w.stops != nil && !w.incomplete
}

// Settling reports that a process ended a moment ago. Its leases may still be held: by a child that it had forked and
// that has not yet called exec.
func (w *Watcher) Settling() bool { return !w.lastEnd.IsZero() && time.Since(w.lastEnd) < settleTime }

// settleTime is far longer than the time between fork and exec.
const settleTime = 100 * time.Millisecond

// Complete reports that every process is watched.
func (w *Watcher) Complete() bool { return !w.incomplete }

// Forget makes the next Update look at the slots although nobody announced a change.
func (w *Watcher) Forget() { w.seen-- }

// Update brings the watches up to date with the slots: one for each other process that owns some. changes is the
// ring's counter of attachments; with the same value as before there is nothing to do. The end of a process rings d.
func (w *Watcher) Update(slots []layout.Slot, changes uint64, d *wait.Doorbell, log *slog.Logger) {
	if changes == w.seen && w.stops != nil {
		return
	}
	w.seen, w.incomplete = changes, false
	if w.stops == nil {
		w.doorbell, w.stops = d, map[process]func(){}
	}
	self := proc.Self()
	wanted := map[process]bool{{self.PID, self.StartTime}: true}
	for i := range slots {
		slot := &slots[i]
		if _, state := layout.SplitStatus(mem.Load(&slot.Status)); state != layout.SlotAttached {
			continue
		}
		owner := process{mem.Load32(&slot.PID), mem.Load(&slot.StartTime)}
		if wanted[owner] {
			continue
		}
		wanted[owner] = true
		if w.stops[owner] != nil {
			continue
		}
		stop, err := proc.Watch(owner.pid, owner.start, w.wake)
		if err == nil {
			w.stops[owner] = stop
			continue
		}
		w.incomplete = true // dead, or not ours to see: look again soon
		if !errors.Is(err, proc.ErrGone) {
			log.Info("shmring: cannot watch a producer's process", "pid", owner.pid, "error", err)
		}
	}
	for owner, stop := range w.stops {
		if !wanted[owner] {
			stop()
			delete(w.stops, owner)
		}
	}
}

// Count returns how many processes are watched.
func (w *Watcher) Count() int { return len(w.stops) }

// Watching reports whether the end of a process would still ring the doorbell. Any goroutine may ask.
func (w *Watcher) Watching() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.doorbell != nil
}

func (w *Watcher) wake() {
	w.ended.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.doorbell != nil {
		w.doorbell.WakeAll()
	}
}

// Stop ends all watches. Only the goroutine that owns the Watcher, or Close after it, may call it.
func (w *Watcher) Stop() {
	w.mu.Lock()
	w.doorbell = nil
	w.mu.Unlock()
	for _, stop := range w.stops {
		stop()
	}
}
