//go:build shmring_hooks

package model

import (
	"slices"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

func (y *system) kill(s *state, i int) {
	t := &y.scene.threads[i]
	s.kills--
	if y.heirs[i] == gone || !t.consumer && y.nodes[s.nodes[i]].program == y.nodes[y.heirs[i]].program {
		s.nodes[i] = gone // a producer has one heir only: it would send the same records again
	} else {
		s.nodes[i] = dead
	}
	g := &s.ghost
	for slot := range y.slots {
		lease := int(y.leases) + slot
		if s.words[lease] != uint64(i+1) {
			continue
		}
		s.words[lease] = 0
		_, status := layout.SplitStatus(s.words[y.slots[slot].status])
		if y.scene.ends && !t.consumer && status == layout.SlotAttached {
			g.died |= 1 << slot
		}
	}
	if !t.consumer {
		if y.scene.ends {
			g.over |= g.acked & t.records
		}
		return
	}
	rest := g.again
	g.again = g.lent
	for _, id := range rest.id[:rest.n] {
		g.again.append(id)
	}
	g.lent = sequence{}
	g.owed, g.grave = 0, 0
}

// inspect checks what must hold in every state.
func (y *system) inspect(s *state) string {
	head := s.words[y.head]
	if y.scene.kind != shmring.MPSC {
		return ""
	}
	tail := s.words[y.tail]
	if tail < head || tail-head > y.scene.capacity {
		return "tail is not within [head, head + capacity]"
	}
	for pos := tail; pos < head+y.scene.capacity; pos += 8 {
		if s.words[y.ring[pos%y.scene.capacity/8]] != 0 {
			return "a byte that no claim covers is not zero"
		}
	}
	return ""
}

// settled reports that everything has come to its good end: all producers have ended, all that was
// acknowledged has arrived and was released, and the ring is empty and clean.
func (y *system) settled(s *state) bool {
	if s.ghost.acked&^s.ghost.delivered != 0 || s.ghost.lent.n > 0 {
		return false
	}
	for i, t := range y.scene.threads {
		if t.consumer && s.nodes[i] >= 0 && y.nodes[s.nodes[i]].idle && s.buffers[i].n == 0 {
			continue
		}
		if !y.ended(s, i) {
			return false
		}
	}
	if y.scene.kind == shmring.SPSC && !slices.ContainsFunc(y.scene.threads, func(t thread) bool { return t.last }) {
		return true // whoever comes next would clean up
	}
	for _, w := range y.ring {
		if s.words[w] != 0 {
			return false
		}
	}
	return y.scene.kind != shmring.MPSC || s.words[y.tail] == s.words[y.head]
}
