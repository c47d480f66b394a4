//go:build shmring_hooks

package model

import "github.com/shmring/ipc/shmring"

// unnoticed reports that nothing another thread does depends on thread i's next access, or the other way
// round.
func (y *system) unnoticed(s *state, i int) bool {
	n := &y.nodes[s.nodes[i]]
	if len(n.starts) > 0 {
		return false
	}
	switch n.act.kind {
	case store:
		if y.consumers(n.act.word) && s.buffers[i].n == 0 {
			break
		}
		if y.scene.buffer == 0 || int(s.buffers[i].n) >= y.scene.buffer || s.kills > 0 && y.scene.threads[i].mortal {
			return false
		}
	case load:
		if !y.consumers(n.act.word) {
			return false
		}
	default:
		return false
	}
	e := y.follow(s.nodes[i], y.peek(s, i, n.act))
	return len(e.events) == 0 && len(y.nodes[e.to].entry) == 0
}

// consumers reports that only consumers touch the word, one after the other.
func (y *system) consumers(w uint16) bool {
	return w == y.released || w == y.zeroing && y.scene.kind == shmring.MPSC
}

// peek returns what an access that unnoticed asks about will return.
func (y *system) peek(s *state, i int, a action) uint64 {
	if a.kind == store {
		return 0
	}
	if v, ok := s.buffers[i].newest(a.word); ok {
		return v
	}
	return s.words[a.word]
}
