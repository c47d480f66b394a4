//go:build shmring_hooks

package model

import (
	"strings"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// brokenScenes are protocols with one rule taken away, each in a small scene where that hurts.
func brokenScenes() []*scene {
	const M, S = shmring.MPSC, shmring.SPSC
	two := []thread{a0, a1, consumer(1, 8, 8)}
	heir := []thread{one(0, "P", bySend, item{0, 2}).followed(sender(0, bySend, item{1, 1}), item{1, 1}), consumer(1, 8, 8).killable(), final(2, 2)}
	return []*scene{
		{name: "no intent", broken: withoutIntent, kind: M, capacity: 32, producers: 2, threads: two},
		{name: "intent after the claim", broken: intentAfterClaim, kind: M, capacity: 32, producers: 2, threads: two},
		{name: "intent left behind", broken: intentLeftBehind, kind: M, capacity: 32, producers: 2, kills: 1, threads: []thread{
			{name: "P0", program: tries(item{0, 1}), records: 1, attached: true}, idler("P1", bySend, item{1, 1}, item{2, 1}), consumer(1, 8, 8)}},
		{name: "slots before tail", broken: slotsBeforeTail, kind: M, capacity: 32, producers: 2, threads: two},
		{name: "no second look", broken: withoutSecondLook, kind: M, capacity: 32, producers: 2, kills: 1, threads: two},
		{name: "slowness is death", broken: slownessIsDeath, kind: M, capacity: 32, producers: 2, threads: two},
		{name: "mark after payload", broken: markAfterPayload, kind: M, capacity: 32, producers: 2, kills: 1, threads: two},
		{name: "commit before payload", broken: commitBeforePayload, kind: S, capacity: 32, threads: heir},
		{name: "head before clearing", broken: headBeforeClearing, kind: M, capacity: 32, producers: 2, threads: two},
		{name: "no quarantine", broken: withoutQuarantine, kind: M, capacity: 32, producers: 1, wraps: true, prepare: wrapping,
			threads: []thread{a0.absent(), consumer(1, 8, 8)}},
		{name: "no zeroing mark", broken: withoutZeroing, kind: S, capacity: 32, kills: 1, threads: heir},
		{name: "no clearing by the successor", broken: withoutClearing, kind: S, capacity: 32, kills: 1, threads: heir},
		{name: "no third look", broken: withoutThirdLook, kind: S, capacity: 64, kills: 1, threads: []thread{
			one(0, "P", bySend, item{0, 1}, item{3, 1}).followed(sender(0, bySend, item{1, 1}), item{1, 1}), consumer(2, 16, 16).killable(), final(2, 2)}},
	}
}

func TestABrokenProtocolIsRefuted(t *testing.T) {
	for _, sc := range brokenScenes() {
		t.Run(strings.ReplaceAll(sc.name, " ", "_"), func(t *testing.T) {
			how := "shortest"
			r, err := refute(sc, 400_000)
			if err == nil && r.trouble == "" {
				how = "first"
				r, err = explore(sc, 3_000_000)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.trouble == "" {
				t.Fatalf("not refuted in %v", r)
			}
			t.Logf("refuted after %d states, %s trace, %d steps: %s", r.states, how, len(r.trace), r.story())
		})
	}
}

func TestTheSameScenesUnbrokenAreSound(t *testing.T) {
	for _, sc := range brokenScenes() {
		t.Run(strings.ReplaceAll(sc.name, " ", "_"), func(t *testing.T) {
			sc.broken = nil
			r, err := explore(sc, 1_000_000)
			if err != nil {
				t.Fatal(err)
			}
			if r.trouble != "" {
				t.Fatal(r.story())
			}
			t.Logf("%v, exhaustive %v", r, r.full)
		})
	}
}
