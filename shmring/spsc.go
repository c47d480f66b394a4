package shmring

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// One producer. It needs no claim: nobody else writes at its position, and the record exists from the
// moment its header word is stored. Tail is a hint for observers.
//
// A producer that dies leaves at its position either a committed record or a zero word with torn bytes
// behind it, up to head+capacity. Its successor must not publish a record in front of those bytes:
// recoverTail finds the position and clears the rest first.

// allocSPSC finds total contiguous bytes for the only producer.
func (p *Producer) allocSPSC(total uint64) (uint64, error) {
	for {
		pos, room := p.pos, p.room(p.pos)
		need := min(total, room)
		if pos+need > p.limit {
			head, err := p.loadHead(p.limit - p.capacity)
			if err != nil {
				return 0, err
			}
			if head > pos {
				return 0, p.corrupt(pos, head, "head is beyond the producer's position", nil)
			}
			p.limit = head + p.capacity
			if pos+need > p.limit {
				return 0, ErrFull
			}
		}
		if total <= room {
			return pos, nil
		}
		mem.Store(p.word(pos), uint64(p.pad(room)))
		p.advance(pos+room, 0, 0)
	}
}

// recoverTail finds where the next record goes and leaves everything from there on zero. The caller holds
// the producer's lease. torn says that the predecessor did not close.
//
// The consumer may be at work meanwhile. It clears what it has released, and says so in ZeroingTo before. As long as
// it has not come as far as we have, it does not matter what it did behind us; head, too, may be old.
func (r *ring) recoverTail(torn bool) (tail, head uint64, err error) {
	head = mem.Load(&r.ctl.Head)
	tail = head
	for end := head + r.capacity; ; {
		// Acquire: pairs with the store of ZeroingTo in Consumer.zeroTo. Words below may be half cleared.
		zeroing := mem.Load(&r.ctl.ZeroingTo)
		tail = max(tail, zeroing)
		if head%layout.WordSize != 0 || tail%layout.WordSize != 0 || tail > end {
			return 0, 0, r.corrupt(head, zeroing, "head and zeroing mark contradict each other", nil)
		}
		for err = nil; tail < end; {
			w := layout.Word(mem.Load(r.word(tail)))
			if w.State() == layout.Free {
				break
			}
			if err = w.Validate(min(r.room(tail), end-tail), uint32(len(r.slots))); err != nil || w.State() == layout.Claimed {
				err = r.corrupt(tail, uint64(w), "no record where one was expected", err)
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
