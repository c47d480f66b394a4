//go:build shmring_hooks

package model

import (
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// one is a party that sends items and closes. Killed, it has nobody to follow it.
func one(self int, name string, way how, items ...item) thread {
	return thread{name: name, program: sender(self, way, items...), records: recordsOf(items), mortal: true, attached: true}
}

// idler is one that stays attached without a word when it has sent its items.
func idler(name string, way how, items ...item) thread {
	return thread{name: name, program: stays(way, items...), records: recordsOf(items), mortal: true, attached: true}
}

// followed gives t an heir that attaches after its death and sends items.
func (t thread) followed(heir program, items ...item) thread {
	t.heir = heir
	t.records |= recordsOf(items)
	return t
}

// final is a producer that comes when all others have ended: the ring must still work.
func final(self, id int) thread {
	return thread{name: "L", program: sender(self, bySend, item{id, 1}), records: 1 << id, last: true}
}

// consumer takes hold records before each release, clears in pieces of stride bytes at the least and gives
// memory back in steps of step bytes.
func consumer(hold int, step, stride uint64) thread {
	c := receiver(hold, step, stride, false)
	return thread{name: "C", program: c, heir: c, consumer: true, attached: true}
}

// judging is a consumer whose every empty look finds out whether the stream has ended.
func judging() thread {
	c := receiver(1, 8, 8, true)
	return thread{name: "C", program: c, heir: c, consumer: true, attached: true}
}

func (t thread) killable() thread { t.mortal = true; return t }
func (t thread) immortal() thread { t.mortal = false; return t }
func (t thread) absent() thread   { t.attached = false; return t }

func recordsOf(items []item) (set uint16) {
	for _, it := range items {
		if it.id != aborted {
			set |= 1 << it.id
		}
	}
	return set
}

// Records of one payload word take 16 bytes, of two words 24; reservations take 8 more.
var (
	a0, a1 = idler("P0", bySend, item{0, 1}), idler("P1", bySend, item{1, 1})
	a2     = idler("P2", bySend, item{2, 1})
	w0, w1 = idler("P0", bySend, item{0, 2}), idler("P1", bySend, item{1, 2})
)

// shortScenes are explored in go test, longScenes behind a switch.
func shortScenes() []*scene {
	const M, S = shmring.MPSC, shmring.SPSC
	return []*scene{
		{name: "mpsc: two producers, any two of all three killed, the consumer followed", kind: M, capacity: 32, producers: 2, kills: 2,
			threads: []thread{a0, a1, consumer(1, 8, 8).killable()}},
		{name: "mpsc: two producers, both killed, total store order", kind: M, capacity: 32, producers: 2, kills: 2, buffer: 3,
			threads: []thread{a0, a1, consumer(1, 8, 8)}},
		{name: "mpsc: a claim outlives 4095 owners of its slot", kind: M, capacity: 32, producers: 1, kills: 1, wraps: true, prepare: wrapping,
			threads: []thread{a0.absent().followed(stays(bySend, item{1, 1}), item{1, 1}), consumer(1, 8, 8).killable()}},
		{name: "spsc: the producer and the consumer killed, ends", kind: S, capacity: 32, kills: 2, ends: true,
			threads: []thread{one(0, "P", bySend, item{0, 1}), judging().killable(), final(2, 2)}},
		{name: "spsc: records of two sizes lent two by two, total store order", kind: S, capacity: 32, kills: 2, buffer: 2,
			threads: []thread{one(0, "P", bySend, item{0, 1}, item{1, 2}), consumer(1, 24, 8).killable(), final(2, 2)}},
		{name: "spsc: a reservation shrunk", kind: S, capacity: 64, kills: 2,
			threads: []thread{one(0, "P", byShrink, item{0, 1}, item{1, 1}), consumer(2, 24, 8).killable(), final(2, 2)}},
		{name: "spsc: a batch", kind: S, capacity: 64, kills: 1,
			threads: []thread{one(0, "P", byBatch, item{0, 1}, item{1, 1}), consumer(2, 16, 16).killable(), final(2, 3)}},
	}
}

func longScenes() []*scene {
	const M, S = shmring.MPSC, shmring.SPSC
	return []*scene{
		{name: "mpsc: three producers, the first killed", kind: M, capacity: 32, producers: 3, kills: 1,
			threads: []thread{a0, a1.immortal(), a2.immortal(), consumer(1, 8, 8)}},
		{name: "mpsc: three producers, the last killed", kind: M, capacity: 32, producers: 3, kills: 1,
			threads: []thread{a0.immortal(), a1.immortal(), a2, consumer(1, 8, 8)}},
		{name: "mpsc: one of two killed and followed", kind: M, capacity: 32, producers: 2, kills: 2,
			threads: []thread{a0.followed(stays(bySend, item{2, 1}), item{2, 1}), a1, consumer(1, 8, 8)}},
		{name: "mpsc: records that must skip the end", kind: M, capacity: 32, producers: 2, kills: 2,
			threads: []thread{w0, w1, consumer(1, 8, 8).killable()}},
		{name: "mpsc: and a last producer", kind: M, capacity: 32, producers: 3, kills: 1,
			threads: []thread{a0, a1, consumer(1, 8, 8).killable(), final(3, 4)}},
		{name: "mpsc: ends", kind: M, capacity: 32, producers: 2, kills: 2, ends: true,
			threads: []thread{one(0, "P0", bySend, item{0, 1}), one(1, "P1", bySend, item{1, 1}), judging().killable()}},
		{name: "mpsc: a batch and a reservation", kind: M, capacity: 64, producers: 2, kills: 2,
			threads: []thread{idler("P0", byBatch, item{0, 1}, item{2, 1}), idler("P1", byReserve, item{1, 1}), consumer(1, 8, 8)}},
		{name: "mpsc: a reservation shrunk", kind: M, capacity: 64, producers: 2, kills: 2,
			threads: []thread{idler("P0", byShrink, item{0, 1}), a1, consumer(1, 8, 8)}},
		{name: "mpsc: a reservation aborted", kind: M, capacity: 64, producers: 2, kills: 2,
			threads: []thread{a0, idler("P1", bySend, item{aborted, 1}), consumer(1, 8, 8)}},
		{name: "mpsc: the consumer killed, total store order", kind: M, capacity: 32, producers: 2, kills: 2, buffer: 3,
			threads: []thread{a0, a1, consumer(1, 8, 8).killable()}},
		{name: "mpsc: copied out", kind: M, capacity: 32, producers: 2, kills: 2,
			threads: []thread{a0, w1, consumer(0, 8, 8)}},
		{name: "spsc: three records of two words, followed", kind: S, capacity: 64, kills: 2,
			threads: []thread{one(0, "P", bySend, item{0, 2}, item{1, 2}, item{2, 2}).followed(sender(0, bySend, item{3, 2}), item{3, 2}), consumer(2, 24, 8).killable(), final(2, 5)}},
		{name: "spsc: the same, total store order", kind: S, capacity: 64, kills: 2, buffer: 2,
			threads: []thread{one(0, "P", bySend, item{0, 2}, item{1, 2}, item{2, 2}), consumer(2, 24, 8).killable(), final(2, 5)}},
		{name: "spsc: the producer killed and followed, the consumer killed, ends", kind: S, capacity: 32, kills: 3, ends: true,
			threads: []thread{one(0, "P", bySend, item{0, 1}).followed(sender(0, bySend, item{1, 1}), item{1, 1}), judging().killable(), final(2, 2)}},
		{name: "spsc: a reservation aborted", kind: S, capacity: 64, kills: 2,
			threads: []thread{one(0, "P", bySend, item{aborted, 1}, item{0, 1}), consumer(1, 8, 8).killable(), final(2, 4)}},
		{name: "spsc: copied out", kind: S, capacity: 64, kills: 2,
			threads: []thread{one(0, "P", bySend, item{0, 1}, item{1, 2}, item{2, 1}).followed(sender(0, bySend, item{3, 2}), item{3, 2}), consumer(0, 32, 16), final(2, 5)}},
	}
}

// wrapping leaves a claim of slot 1 with generation 0 that nobody has repaired, while the slot, ownerless,
// has come to the last generation: the next owner would have the claim's generation again.
func wrapping(m *machine, words *[maxWords]uint64) {
	words[m.tail] = 16
	words[m.ring[0]] = uint64(layout.MakeWord(layout.Claimed, 1, 0, 0, 16))
	words[m.slots[1].status] = layout.MakeStatus(layout.MaxGenerations-1, layout.SlotAttached)
}
