//go:build shmring_hooks

package model

import "github.com/shmring/ipc/shmring"

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
