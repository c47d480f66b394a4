//go:build shmring_hooks

package model

import (
	"fmt"
	"math/bits"
)

// Sizes of a state. Scenes stay below them; newMachine and newSearch check.
const (
	maxWords   = 48
	maxThreads = 5
	maxBuffer  = 6
	maxRecords = 16
	maxLent    = 4
)

// Threads that have no node.
const (
	dead int32 = -1 - iota // killed; an heir may come
	gone                   // killed for good
)

// state is everything that the future depends on.
type state struct {
	words   [maxWords]uint64
	nodes   [maxThreads]int32
	buffers [maxThreads]buffer
	kills   uint8 // still allowed
	ghost   ghost
}

// buffer holds a thread's stores that nobody else sees yet, oldest first.
type buffer struct {
	n      uint8
	stores [maxBuffer]struct {
		word  uint16
		value uint64
	}
}

func (b *buffer) push(word uint16, value uint64) {
	b.stores[b.n].word, b.stores[b.n].value = word, value
	b.n++
}

// newest returns the thread's own view of a word, if it has stored it lately.
func (b *buffer) newest(word uint16) (uint64, bool) {
	for i := int(b.n) - 1; i >= 0; i-- {
		if b.stores[i].word == word {
			return b.stores[i].value, true
		}
	}
	return 0, false
}

// ghost remembers what the ring promised. Sets of records are bit masks.
type ghost struct {
	begun, acked, delivered uint16
	over                    uint16 // acknowledged by producers that closed or died
	owed                    uint16 // of these, what this poll of the consumer found undelivered
	died                    uint16 // slots whose producer was killed, unreported, without successor
	grave                   uint16 // of these, what this poll began with
	first                   [maxRecords]uint16
	lent                    sequence // delivered, not released
	again                   sequence // may come a second time
}

type sequence struct {
	n  uint8
	id [maxLent]uint8
}

func (s *sequence) append(id uint8) bool {
	if s.n == maxLent {
		return false
	}
	s.id[s.n] = id
	s.n++
	return true
}

// event is something that a program reports to the ghost.
type event struct {
	kind eventKind
	id   uint8
}

type eventKind uint8

const (
	begin    eventKind = iota // a send of record id begins
	refused                   // it found the ring full
	ack                       // it returned nil
	deliver                   // the consumer got record id
	release                   // it gave back all it had got
	poll                      // it begins to look
	eof                       // it was told io.EOF
	peerDied                  // it was told ErrPeerDied
	closed                    // the producer closed; id is the thread
	torn                      // the consumer got something else
	failed                    // a call returned an error that it must not; id is the machine's number of it
)

// happen applies an event of a thread and returns what it violates.
func (s *state) happen(thread int, e event, mine uint16) string {
	g := &s.ghost
	bit := uint16(1) << e.id
	switch e.kind {
	case begin:
		g.begun |= bit
		g.first[e.id] = g.acked &^ g.delivered
	case refused:
		g.begun &^= bit
		g.first[e.id] = 0
		if g.delivered&bit != 0 {
			return fmt.Sprintf("record %d was delivered though its send said full", e.id)
		}
	case ack:
		g.acked |= bit
	case deliver:
		return g.deliver(e.id)
	case release:
		g.lent = sequence{}
	case poll:
		g.owed, g.grave = g.over&^g.delivered, g.died
	case eof, peerDied:
		if g.owed != 0 {
			return fmt.Sprintf("the end was reported before records %016b", g.owed)
		}
		if e.kind == eof && g.grave&g.died != 0 {
			return "io.EOF although a producer died"
		}
		if e.kind == peerDied {
			g.died = 0
		}
	case closed:
		g.over |= g.acked & mine
	case torn:
		return "the consumer got a payload that nobody sent"
	}
	return ""
}

func (g *ghost) deliver(id uint8) string {
	bit := uint16(1) << id
	if g.begun&bit == 0 {
		return fmt.Sprintf("record %d was delivered but never sent", id)
	}
	if !g.lent.append(id) {
		return "the scene lends more records than the ghost remembers"
	}
	for i := range g.again.n {
		if g.again.id[i] == id {
			rest := sequence{}
			for _, id := range g.again.id[i+1 : g.again.n] {
				rest.append(id)
			}
			g.again = rest
			return ""
		}
	}
	if g.delivered&bit != 0 {
		return fmt.Sprintf("record %d was delivered twice", id)
	}
	if early := g.first[id]; early != 0 {
		return fmt.Sprintf("record %d was delivered before record %d, whose send had returned before", id, bits.TrailingZeros16(early))
	}
	g.again = sequence{}
	g.delivered |= bit
	for i := range g.first {
		g.first[i] &^= bit
	}
	return ""
}

// fingerprint hashes a state of the given numbers of words and threads.
func (s *state) fingerprint(words, threads int) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	mix := func(v uint64) {
		h = (h ^ v) * 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	for _, w := range s.words[:words] {
		mix(w)
	}
	for i, n := range s.nodes[:threads] {
		b := &s.buffers[i]
		mix(uint64(uint32(n))<<8 | uint64(b.n))
		for _, e := range b.stores[:b.n] {
			mix(uint64(e.word))
			mix(e.value)
		}
	}
	g := &s.ghost
	mix(uint64(g.begun) | uint64(g.acked)<<16 | uint64(g.delivered)<<32 | uint64(g.over)<<48)
	mix(uint64(g.owed) | uint64(g.died)<<16 | uint64(s.kills)<<32 | uint64(g.lent.n)<<40 | uint64(g.again.n)<<44 | uint64(g.grave)<<48)
	for i := 0; i < maxRecords; i += 4 {
		mix(uint64(g.first[i]) | uint64(g.first[i+1])<<16 | uint64(g.first[i+2])<<32 | uint64(g.first[i+3])<<48)
	}
	for i := range g.lent.n {
		mix(uint64(g.lent.id[i]))
	}
	for i := range g.again.n {
		mix(uint64(g.again.id[i]))
	}
	h = (h ^ h>>29) * 0xbf58476d1ce4e5b9
	return (h ^ h>>32) | 1
}
