//go:build shmring_hooks

package model

import (
	"strings"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// The store buffering test: each of two threads stores to its own word and loads the other's. Only store
// buffers let both miss the other's store.
func storeBuffering(buffer int) *scene {
	side := func(own, other, result int) program {
		return func(t *run) {
			t.do(action{kind: store, word: t.m.ring[own], a: 1})
			seen := t.do(action{kind: load, word: t.m.ring[other]})
			t.do(action{kind: store, word: t.m.ring[result], a: seen + 1})
		}
	}
	judge := func(t *run) {
		if t.do(action{kind: load, word: t.m.ring[2]}) == 1 && t.do(action{kind: load, word: t.m.ring[3]}) == 1 {
			t.emit(torn, 0)
		}
	}
	return &scene{kind: shmring.SPSC, capacity: 32, buffer: buffer, threads: []thread{
		{name: "A", program: side(0, 1, 2)}, {name: "B", program: side(1, 0, 3)}, {name: "J", program: judge, last: true},
	}}
}

func TestOnlyStoreBuffersLetTwoThreadsMissEachOther(t *testing.T) {
	strict, err := refute(storeBuffering(0), 10000)
	if err != nil || strict.trouble != "" || !strict.full {
		t.Errorf("sequentially consistent: %v, error %v, %s", strict, err, strict.story())
	}
	relaxed, err := refute(storeBuffering(2), 10000)
	if err != nil || relaxed.trouble == "" {
		t.Fatalf("total store order: not found in %v, error %v", relaxed, err)
	}
	if story := relaxed.story(); strings.Count(story, ": 0") < 2 {
		t.Errorf("another violation than the expected one: %s", story)
	}
}
