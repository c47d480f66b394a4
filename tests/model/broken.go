//go:build shmring_hooks

package model

import (
	"slices"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring"
)

// Broken protocols. The shipped code stays as it is; its accesses are dropped, moved or answered from
// memory on their way. The checker must refute every one of them, else it proves nothing.

func (m *machine) isIntent(w uint16) bool {
	return slices.ContainsFunc(m.slots[1:], func(s slotWords) bool { return s.intent == w })
}

// withoutIntent: the producer claims without having said so before.
func withoutIntent() tamper {
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == store && t.m.isIntent(a.word) && a.a != 0 {
			return 0
		}
		return t.do(a)
	}
}

// intentAfterClaim: it says so, but only after the compare-and-swap.
func intentAfterClaim() tamper {
	var late action
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == store && t.m.isIntent(a.word) && a.a != 0 {
			late = a
			return 0
		}
		v := t.do(a)
		if a.kind == cas && v == 1 && late.kind == store {
			t.do(late)
		}
		return v
	}
}

// intentLeftBehind: a send that finds the ring full does not take its intent back.
func intentLeftBehind() tamper {
	claimed := false
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == store && t.m.isIntent(a.word) && a.a == 0 && !claimed {
			return 0
		}
		v := t.do(a)
		if a.kind == cas {
			claimed = v == 1
		}
		return v
	}
}

// slotsBeforeTail: the consumer reads the intents before the tail.
func slotsBeforeTail() tamper {
	intents := map[uint16]uint64{}
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == load && a.word == t.m.tail && t.m.consumes() {
			for _, s := range t.m.slots[1:] {
				intents[s.intent] = t.do(action{kind: load, word: s.intent})
			}
		}
		if v, ok := intents[a.word]; ok && a.kind == load {
			return v
		}
		return t.do(a)
	}
}

// consumes reports that the program at work is a consumer's.
func (m *machine) consumes() bool { return m.receivers[m.running] }

// withoutSecondLook: the consumer does not read the header again after it found the lease free.
func withoutSecondLook() tamper {
	var word uint16
	var seen uint64
	probed := false
	return func(t *run, op shmring.Op, a action) uint64 {
		if probed && a.kind == load && a.word == word {
			probed = false
			return seen
		}
		v := t.do(a)
		if a.kind == load && t.m.inRing(a.word) {
			word, seen, probed = a.word, v, false
		}
		if a.kind == probe {
			probed = v == 0
		}
		return v
	}
}

// slownessIsDeath: the consumer takes every producer for dead, as a time-out would take a slow one.
func slownessIsDeath() tamper {
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == probe {
			return 0
		}
		return t.do(a)
	}
}

// markAfterPayload: the producer writes its payload before it marks the claim as its own.
func markAfterPayload() tamper {
	var mark action
	return func(t *run, op shmring.Op, a action) uint64 {
		if (op == shmring.OpStore || op == shmring.OpStoreRelaxed) && t.m.inRing(a.word) && !t.m.consumes() {
			if layout.Word(a.a).State() == layout.Claimed {
				mark = a
				return 0
			}
			if mark.kind == store {
				t.do(mark)
				mark = action{}
			}
		}
		return t.do(a)
	}
}

// commitBeforePayload: the producer publishes the record before its bytes are there.
func commitBeforePayload() tamper {
	var early []action
	return func(t *run, op shmring.Op, a action) uint64 {
		if op == shmring.OpCopy {
			early = append(early, a)
			return 0
		}
		v := t.do(a)
		if op == shmring.OpStore && t.m.inRing(a.word) && layout.Word(a.a).State() == layout.Committed {
			for _, a := range early {
				t.do(a)
			}
			early = nil
		}
		return v
	}
}

// headBeforeClearing: the consumer hands memory over before it is clear.
func headBeforeClearing() tamper {
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == store && a.word == t.m.head {
			return 0
		}
		v := t.do(a)
		if a.kind == store && a.word == t.m.zeroing {
			t.do(action{kind: store, word: t.m.head, a: a.a})
		}
		return v
	}
}

// withoutZeroing: the consumer does not say up to where it clears.
func withoutZeroing() tamper {
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind == store && a.word == t.m.zeroing {
			return 0
		}
		return t.do(a)
	}
}

// withoutClearing: the successor of a dead producer leaves the torn bytes where they are.
func withoutClearing() tamper {
	return func(t *run, op shmring.Op, a action) uint64 {
		if op == shmring.OpZero && !t.m.consumes() {
			return 0
		}
		return t.do(a)
	}
}

// withoutThirdLook: the successor does not check that no flush began while it looked for the tail.
func withoutThirdLook() tamper {
	seen := map[uint16]uint64{}
	return func(t *run, op shmring.Op, a action) uint64 {
		if a.kind != load || t.m.consumes() || a.word != t.m.zeroing && a.word != t.m.head {
			return t.do(a)
		}
		v, ok := seen[a.word]
		if ok {
			delete(seen, a.word)
			return v
		}
		v = t.do(a)
		seen[a.word] = v
		return v
	}
}

// withoutQuarantine: whoever takes a slot whose generation wraps takes the ring for empty.
func withoutQuarantine() tamper {
	first := true
	return func(t *run, op shmring.Op, a action) uint64 {
		if first && a.kind == load && a.word == t.m.tail && !t.m.consumes() {
			first = false
			return 0
		}
		return t.do(a)
	}
}
