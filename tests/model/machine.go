//go:build shmring_hooks

package model

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/shmring/ipc/shmring"
)

// machine is the shared memory of a scene and the automata of its programs.
type machine struct {
	model  *shmring.Model
	names  []string
	index  map[*uint64]uint16
	broken func() tamper
	seed   maphash.Seed

	tail, head, zeroing, released uint16
	slots                         []slotWords
	leases                        uint16 // first of them
	ring                          []uint16

	programs   []program
	receivers  []bool // which programs are consumers'
	nodes      []node
	running    int // program
	boundaries map[boundaryKey]int32
	failures   []error // that calls returned and must not
	runs       int
}

type slotWords struct{ status, intent uint16 }

type boundaryKey struct {
	program int
	key     uint64
}

// node is a program stopped at an access.
type node struct {
	act     action
	starts  []event // with that access
	entry   []event // on arrival
	idle    bool    // at a boundary: nothing under way
	program int
	parent  int32
	value   uint64 // what the parent's access returned on the first way here
	depth   int
	edges   []edge
}

// edge is what follows if the access returned value.
type edge struct {
	value  uint64
	to     int32
	events []event
}

// Words that only statistics read are left out: loads of them return 0.
var counters = []string{"Records", "Bytes", "EmptyWaits", "Wakes", "Recovered", "Corrupt", "HighWater", "BlockedPos",
	"BlockedAt", "Deaths", "FullWaits", "StartTime", "Attached"}

// Words that only the end of a stream needs.
var endings = []string{"Attaches", "Acked", "Changes"}

func newMachine(s *scene) (*machine, error) {
	model, err := shmring.NewModel(s.kind, s.capacity, max(s.producers, 1))
	if err != nil {
		return nil, err
	}
	m := &machine{model: model, index: map[*uint64]uint16{}, broken: s.broken, seed: maphash.MakeSeed(),
		boundaries: map[boundaryKey]int32{}, slots: make([]slotWords, model.Slots())}
	for _, w := range model.Words() {
		_, field, _ := strings.Cut("."+w.Name, ".")
		if i := strings.LastIndexByte(w.Name, '.'); i >= 0 {
			field = w.Name[i+1:]
		}
		if slices.Contains(counters, field) || !s.ends && slices.Contains(endings, field) ||
			field == "Mark" && !s.wraps || field == "Tail" && s.kind == shmring.SPSC {
			continue
		}
		n := uint16(len(m.names))
		var slot int
		switch {
		case w.Name == "Tail":
			m.tail = n
		case w.Name == "Head":
			m.head = n
		case w.Name == "ZeroingTo":
			m.zeroing = n
		case w.Name == "Released":
			m.released = n
		case strings.HasPrefix(w.Name, "ring"):
			m.ring = append(m.ring, n)
		case field == "Status":
			fmt.Sscanf(w.Name, "slot[%d]", &slot)
			m.slots[slot].status = n
		case field == "Intent":
			fmt.Sscanf(w.Name, "slot[%d]", &slot)
			m.slots[slot].intent = n
		}
		m.index[w.Word] = n
		m.names = append(m.names, w.Name)
	}
	m.leases = uint16(len(m.names))
	for i := range model.Slots() {
		m.names = append(m.names, fmt.Sprintf("lease[%d]", i))
	}
	if len(m.names) > maxWords {
		return nil, fmt.Errorf("model: %d shared words, room for %d", len(m.names), maxWords)
	}
	return m, nil
}

func (m *machine) leaseWord(off int64) uint16 { return m.leases + uint16(m.model.SlotOf(off)) }

// inRing returns the byte index of a ring word, or false.
func (m *machine) inRing(w uint16) bool {
	return len(m.ring) > 0 && w >= m.ring[0] && w <= m.ring[len(m.ring)-1]
}

// start adds a program and returns its first node.
func (m *machine) start(p program, receiver bool) int32 {
	m.programs, m.receivers = append(m.programs, p), append(m.receivers, receiver)
	return m.grow(len(m.programs)-1, -1, 0).to
}

// follow returns the edge that the access of node n takes if it returns value.
func (m *machine) follow(n int32, value uint64) edge {
	for _, e := range m.nodes[n].edges {
		if e.value == value {
			return e
		}
	}
	e := m.grow(m.nodes[n].program, n, value)
	m.nodes[n].edges = append(m.nodes[n].edges, e)
	return e
}

// grow runs a program one access further than anybody has seen it go.
func (m *machine) grow(prog int, parent int32, value uint64) edge {
	var script []uint64
	if parent >= 0 {
		script = make([]uint64, m.nodes[parent].depth+1)
		script[len(script)-1] = value
		for n := parent; m.nodes[n].parent >= 0; n = m.nodes[n].parent {
			script[m.nodes[n].depth-1] = m.nodes[n].value
		}
	}
	m.running = prog
	m.runs++
	t := m.execute(m.programs[prog], script)
	if t.at != len(script) {
		panic("model: a program did not repeat itself")
	}
	if t.merged >= 0 {
		return edge{value: value, to: t.merged, events: t.events}
	}
	n := node{act: t.pending, starts: t.starts, program: prog, parent: parent, value: value, depth: len(script)}
	e := edge{value: value, to: int32(len(m.nodes)), events: t.events}
	if t.key != 0 {
		n.idle, n.entry, e.events = true, t.events, t.before
		m.boundaries[boundaryKey{prog, t.key}] = e.to
	}
	m.nodes = append(m.nodes, n)
	return e
}
