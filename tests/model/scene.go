//go:build shmring_hooks

package model

import (
	"slices"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// scene is one thing to be explored.
type scene struct {
	name      string
	kind      shmring.Kind
	capacity  uint64 // bytes
	producers int    // slots
	threads   []thread
	kills     int
	buffer    int  // stores a thread's store buffer holds; 0: sequential consistency
	ends      bool // follow the bookkeeping of the end of the stream
	wraps     bool // follow the quarantine of generations that wrap
	// prepare changes the memory before anybody comes.
	prepare func(m *machine, words *[maxWords]uint64)
	broken  func() tamper
}

// thread is one party of a scene.
type thread struct {
	name     string
	program  program
	heir     program // comes when it was killed; nil: nobody
	records  uint16  // that it and its heir send
	consumer bool
	mortal   bool
	attached bool // attaches before the exploration begins
	last     bool // begins when all other producers have ended
}

// system is a scene at work: its machine and the rules of one step.
type system struct {
	*machine
	scene *scene
	first []int32 // nodes where the threads' programs begin
	heirs []int32 // and their heirs'
}

// move is one transition: a thread and what it does.
type move struct {
	thread uint8
	what   what
}

type what uint8

const (
	step    what = iota // its next access
	drain               // its oldest store becomes visible
	die                 // it is killed
	succeed             // its heir begins
)

func newSystem(sc *scene) (*system, *state, error) {
	m, err := newMachine(sc)
	if err != nil {
		return nil, nil, err
	}
	shmring.InstallHook(hook)
	y := &system{machine: m, scene: sc}
	s := &state{kills: uint8(sc.kills)}
	if sc.prepare != nil {
		sc.prepare(m, &s.words)
	}
	for i, t := range sc.threads {
		y.first = append(y.first, m.start(t.program, t.consumer))
		heir := gone
		if t.heir != nil {
			heir = m.start(t.heir, t.consumer)
		}
		y.heirs = append(y.heirs, heir)
		s.nodes[i] = y.first[i]
	}
	for i, t := range sc.threads {
		for first := true; t.attached && (first || !m.nodes[s.nodes[i]].idle); first = false {
			if _, trouble := y.apply(s, move{uint8(i), step}); trouble != "" {
				return nil, nil, &violation{trouble}
			}
			for s.buffers[i].n > 0 {
				y.apply(s, move{uint8(i), drain})
			}
		}
	}
	return y, s, nil
}

type violation struct{ text string }

func (v *violation) Error() string { return v.text }

// moves returns the moves that are possible in s, or as many of them as tell the rest: where a thread is
// about to make an access that nobody else can notice, the others' moves can wait until after it (a
// persistent set: Godefroid, LNCS 1032, 1996). Every turn of a loop has other accesses too.
func (y *system) moves(s *state) (to []move) {
	for i, t := range y.scene.threads {
		if n := s.nodes[i]; n >= 0 && y.unnoticed(s, i) {
			to = append(to, move{uint8(i), step})
			if s.kills > 0 && t.mortal && s.buffers[i].n == 0 {
				to = append(to, move{uint8(i), die})
			}
			return to
		}
	}
	for i := range y.scene.threads {
		t, n, id := &y.scene.threads[i], s.nodes[i], uint8(i)
		if n == dead {
			to = append(to, move{id, succeed})
		}
		if n < 0 {
			continue
		}
		b := &s.buffers[i]
		if b.n > 0 {
			to = append(to, move{id, drain})
		}
		act := y.nodes[n].act
		if y.ready(s, i, act) {
			to = append(to, move{id, step})
		}
		// Whoever dies with stores in his buffer is the same as one who stands still until they are out.
		if s.kills > 0 && t.mortal && act.kind != finish && b.n == 0 && !(n == y.first[i] && !t.attached) {
			to = append(to, move{id, die})
		}
	}
	return to
}

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

func (y *system) ready(s *state, i int, act action) bool {
	switch act.kind {
	case finish:
		return false
	case load:
	case store:
		if y.scene.buffer > 0 && int(s.buffers[i].n) >= y.scene.buffer {
			return false
		}
	default: // locked instructions and system calls empty the buffer
		if s.buffers[i].n > 0 {
			return false
		}
	}
	if y.scene.threads[i].last && s.nodes[i] == y.first[i] {
		for j, t := range y.scene.threads {
			if j != i && !t.consumer && !y.ended(s, j) {
				return false
			}
		}
	}
	return true
}

// ended reports that thread i will never do anything again.
func (y *system) ended(s *state, i int) bool {
	n := s.nodes[i]
	return n == gone || n >= 0 && y.nodes[n].act.kind == finish && s.buffers[i].n == 0
}

// apply makes a move in s. It returns what the access returned and what the move violates.
func (y *system) apply(s *state, mv move) (result uint64, trouble string) {
	i := int(mv.thread)
	switch mv.what {
	case drain:
		b := &s.buffers[i]
		s.words[b.stores[0].word] = b.stores[0].value
		copy(b.stores[:], b.stores[1:b.n])
		b.n--
		b.stores[b.n].word, b.stores[b.n].value = 0, 0
	case die:
		y.kill(s, i)
	case succeed:
		s.nodes[i] = y.heirs[i]
	case step:
		n := s.nodes[i]
		if trouble = y.happen(s, i, y.nodes[n].starts); trouble != "" {
			return 0, trouble
		}
		result = y.perform(s, i, y.nodes[n].act)
		e := y.follow(n, result)
		s.nodes[i] = e.to
		if trouble = y.happen(s, i, e.events); trouble == "" {
			trouble = y.happen(s, i, y.nodes[e.to].entry)
		}
	}
	if trouble == "" {
		trouble = y.inspect(s)
	}
	return result, trouble
}

func (y *system) happen(s *state, i int, events []event) string {
	for _, e := range events {
		if e.kind == failed {
			return "a call failed: " + y.failures[e.id].Error()
		}
		if trouble := s.happen(i, e, y.scene.threads[i].records); trouble != "" {
			return trouble
		}
	}
	return ""
}

// perform makes thread i's access.
func (y *system) perform(s *state, i int, a action) uint64 {
	w := &s.words[a.word]
	self := uint64(i + 1)
	switch a.kind {
	case load:
		return y.peek(s, i, a)
	case store:
		if y.scene.buffer > 0 && !(y.consumers(a.word) && s.buffers[i].n == 0) {
			s.buffers[i].push(a.word, a.a)
		} else {
			*w = a.a
		}
	case cas:
		if *w != a.a {
			return 0
		}
		*w = a.b
		return 1
	case add:
		*w += a.a
		return *w
	case acquire:
		if *w != 0 {
			return 0
		}
		*w = self
		s.ghost.died &^= 1 << (a.word - y.leases) // a successor makes up for it
		return 1
	case probe:
		if *w == 0 {
			return 0
		}
		return 1
	case free:
		if *w == self {
			*w = 0
		}
	}
	return 0
}

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
