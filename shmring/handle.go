package shmring

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// handle is what Producer and Consumer share: a lease on a slot, and a Close that may come from any
// goroutine at any time although the memory must stay mapped under a call that is under way and under
// memory that is lent out.
//
// The owner announces each call with two plain stores to busy; Close pays for the fence instead
// (asymmetric Dekker: either the owner's next look at closed sees Close, or Close sees busy). Whatever is
// still lent when Close comes keeps the mapping and the lease until the owner gives it back:
//
//	closed: open ──Close──▶ closing ──nothing lent──▶ finished
//	                           └──────▶ left ──given back──▶ finished
//
// As long as it is closing, Close touches the memory, and only Close may finish; once it has left, the owner may.
type handle struct {
	busy      uint32  // owner only: 1 inside a call
	lent      uint32  // owner only: 1 while a reservation or a borrowed record is out
	alarm     *uint32 // the segment's: alarmLost once the memory has vanished
	closed    uint32  // open, closing, left, finished
	seg       *Segment
	lease     lease.Lease
	detach    func() // role's part of finishing: runs once, mapping and lease still held
	doorbells [2]*doorbell
}

// alarmLost is what package fault writes as a segment's alarm, which is 0 before.
const alarmLost uint32 = 1

const (
	handleOpen uint32 = iota
	handleClosing
	handleLeft
	handleFinished
)

// enter announces a call. An error says why the call must not touch the memory, and ends it.
func (h *handle) enter() error {
	if h.start() && !h.lost() {
		return nil
	}
	return h.refuseCall()
}

// start is enter for the fast paths, which look at their end whether the memory was lost. False: the handle
// is closed, and the call must end with refuse.
func (h *handle) start() bool {
	mem.StoreRelaxed32(&h.busy, 1)
	return !h.closing()
}

// closing reports that Close was called.
func (h *handle) closing() bool { return atomic.LoadUint32(&h.closed) != handleOpen }

// refuse ends a call that must not touch the memory.
func (h *handle) refuseCall() error {
	err := h.err()
	h.leave()
	return err
}

// leave ends a call. Release: what the call did comes before it for Close, which then works with the owner's fields
// and unmaps the memory.
func (h *handle) leave() { mem.Store32(&h.busy, 0) }

// gone returns why the handle is unusable, or nil.
func (h *handle) err() error {
	switch {
	case h.lost():
		return ErrSegmentLost
	case h.closing():
		return ErrClosed
	}
	return nil
}

// lost reports that the memory vanished: what was read since the call began cannot be believed, and what
// was written reached nobody.
func (h *handle) lost() bool { return atomic.LoadUint32(h.alarm) == alarmLost }

// afterLoss reports memory that vanished during a call.
func (h *handle) lossError() error {
	if h.lost() {
		return ErrSegmentLost
	}
	return nil
}

// checkup sounds the alarm if the file is shorter than the segment. Losses are noticed by touching them; this is
// for a party that waits for a word which is still there while the rest is not. The caller has entered.
func (h *handle) checkSize() {
	if size := h.seg.mapping.Size(); size >= 0 && uint64(size) < h.seg.header.SegmentSize {
		atomic.StoreUint32(h.alarm, alarmLost)
	}
}

// settle follows every return of lent memory: it finishes a Close that had to leave it alone.
func (h *handle) returnLent() {
	mem.Store32(&h.lent, 0) // release, as in leave: Close may look at this alone
	h.leave()
	if atomic.LoadUint32(&h.closed) == handleLeft {
		h.finish(handleLeft)
	}
}

// Close: see Producer.Close and Consumer.Close.
func (h *handle) close() error {
	if !atomic.CompareAndSwapUint32(&h.closed, handleOpen, handleClosing) {
		return nil
	}
	barrier()
	for i := 0; mem.Load32(&h.busy) != 0; i++ {
		for _, b := range h.doorbells {
			b.wakeAll()
		}
		if i < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(100 * time.Microsecond)
		}
	}
	if mem.Load32(&h.lent) == 0 {
		h.finish(handleClosing)
		return nil
	}
	atomic.StoreUint32(&h.closed, handleLeft)
	barrier() // as above: either we see that nothing is lent any more, or settle sees that we have left
	if mem.Load32(&h.lent) == 0 {
		h.finish(handleLeft)
	}
	return nil
}

// barrier is a barrier on behalf of the owner.
func barrier() {
	if !fence.Private() {
		time.Sleep(time.Millisecond) // no barrier to be had: outlast any store buffer
	}
}

func (h *handle) finish(from uint32) {
	if !atomic.CompareAndSwapUint32(&h.closed, from, handleFinished) {
		return
	}
	h.detach()
	h.lease.Release()
	h.seg.removeHandle(h)
}
