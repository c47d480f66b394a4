//go:build shmring_hooks

package model

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// limit keeps the table of states below 1.7 GB: it doubles beyond.
const limit = 93_000_000

func TestEveryInterleavingKeepsThePromises(t *testing.T) {
	list := shortScenes()
	if os.Getenv("SHMRING_MODEL") == "long" {
		list = append(list, longScenes()...)
	}
	total := 0
	for _, sc := range list {
		t.Run(sc.name, func(t *testing.T) {
			began := time.Now()
			r, err := explore(sc, limit)
			if err != nil {
				t.Fatal(err)
			}
			if r.trouble != "" {
				t.Fatalf("after %d states: %s", r.states, r.story())
			}
			t.Logf("%v; %v", r, time.Since(began).Round(10*time.Millisecond))
			if !r.full {
				t.Error("more states than the checker has room for: the search is not exhaustive")
			}
			if r.settled == 0 {
				t.Error("no state in which everything came to its good end")
			}
			total += r.states
		})
		runtime.GC()
	}
	t.Logf("%d states in all", total)
}
