//go:build shmring_hooks

package model

import (
	"fmt"
	"strings"
)

// report is what a search found out.
type report struct {
	states  int
	moves   int
	depth   int    // longest path
	nodes   int    // of the automata
	runs    int    // of the shipped code
	settled int    // states where everything has come to its good end
	full    bool   // nothing was left out
	trouble string // first violation, "" if there is none
	trace   []string
}

func (r *report) String() string {
	return fmt.Sprintf("%d states, %d moves, depth %d, %d settled; %d runs of the code gave %d local states",
		r.states, r.moves, r.depth, r.settled, r.runs, r.nodes)
}

// frame is a state on the way from the start to where the search is.
type frame struct {
	state   state
	key     uint64
	index   uint32 // order of discovery
	low     uint32 // smallest index on the stack of open states that is reachable
	moves   []move
	next    int
	settled bool // or some state in its component is
	exit    bool // some move other than a kill leads out of its component
}

const closed32 = ^uint32(0) // value in the table of a state whose component is complete

// explore visits every reachable state, at most limit of them, depth first.
func explore(sc *scene, limit int) (*report, error) {
	y, s, err := newSystem(sc)
	r := &report{}
	if v, ok := err.(*violation); ok {
		r.trouble = v.text
		return r, nil
	} else if err != nil {
		return nil, err
	}
	seen := newTable()
	var stack []frame
	var open []uint64
	enter := func(s *state, key uint64) {
		r.states++
		f := frame{state: *s, key: key, index: uint32(r.states), low: uint32(r.states), settled: y.settled(s)}
		if f.settled {
			r.settled++
		}
		f.moves = y.moves(s)
		seen.set(key, f.index)
		open = append(open, key)
		stack = append(stack, f)
		r.depth = max(r.depth, len(stack))
	}
	enter(s, s.fingerprint(len(y.names), len(sc.threads)))
	for len(stack) > 0 && r.trouble == "" && r.states < limit {
		f := &stack[len(stack)-1]
		if f.next < len(f.moves) {
			mv := f.moves[f.next]
			f.next++
			r.moves++
			next := f.state
			if _, r.trouble = y.apply(&next, mv); r.trouble != "" {
				break
			}
			key := next.fingerprint(len(y.names), len(sc.threads))
			switch index, known := seen.get(key); {
			case !known:
				enter(&next, key)
			case index == closed32:
				f.exit = f.exit || mv.what != die
			default:
				f.low = min(f.low, index)
			}
			continue
		}
		if f.low == f.index { // the root of a component
			if !f.settled && !f.exit {
				r.trouble = "nobody can come to a good end from here"
				f.next = 0
				break
			}
			for {
				key := open[len(open)-1]
				open = open[:len(open)-1]
				seen.set(key, closed32)
				if key == f.key {
					break
				}
			}
		}
		child := *f
		stack = stack[:len(stack)-1]
		if len(stack) > 0 {
			up := &stack[len(stack)-1]
			if child.low == child.index {
				up.exit = up.exit || up.moves[up.next-1].what != die
			} else {
				up.low = min(up.low, child.low)
				up.settled, up.exit = up.settled || child.settled, up.exit || child.exit
			}
		}
	}
	r.full = len(stack) == 0
	r.nodes, r.runs = len(y.nodes), y.runs
	if r.trouble != "" {
		var path []move
		for i := range stack {
			if stack[i].next > 0 {
				path = append(path, stack[i].moves[stack[i].next-1])
			}
		}
		r.trace = y.trace(path)
	}
	return r, nil
}

// trace tells a path in words.
func (y *system) trace(path []move) (lines []string) {
	_, s, err := newSystem(y.scene)
	if err != nil {
		return nil
	}
	for _, mv := range path {
		lines = append(lines, y.tell(s, mv))
	}
	return lines
}

func (y *system) tell(s *state, mv move) string {
	i := int(mv.thread)
	name := y.scene.threads[i].name
	switch mv.what {
	case drain:
		e := s.buffers[i].stores[0]
		y.apply(s, mv)
		return fmt.Sprintf("%-4s (visible now: %s = %s)", name, y.names[e.word], number(e.value))
	case die:
		y.apply(s, mv)
		return name + "   †  killed"
	case succeed:
		y.apply(s, mv)
		return name + "   an heir begins"
	}
	n := s.nodes[i]
	result, trouble := y.apply(s, mv)
	line := fmt.Sprintf("%-4s %s", name, y.describe(y.nodes[n].act, result))
	if trouble != "" {
		line += "   ← " + trouble
	}
	return line
}

func (r *report) story() string { return r.trouble + "\n\t" + strings.Join(r.trace, "\n\t") }
