//go:build linux && !shmring_hooks

package crash

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// hold is a child that attaches, opens a reservation if the ring has many producers, and waits.
func hold(name string) error {
	seg, err := shmring.Open(name)
	if err != nil {
		return err
	}
	p, err := seg.Producer()
	if err == nil && os.Getenv(wayKey) == reserving {
		_, err = p.Reserve(context.Background(), 100)
	}
	if err == nil {
		tell(ready, 0, 0)
		os.Stdin.Read(make([]byte, 1))
	}
	return err
}

const reserving = "reserving"

// What a parked consumer needs from the kill of a producer to the news of it: printed, not judged.
func TestReceiverGoesOnAfterAKill(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind shmring.Kind
		way  string
	}{
		{"told that the only producer died", shmring.SPSC, ""},
		{"told that the last of many producers died", shmring.MPSC, ""},
		{"given the record behind an open claim", shmring.MPSC, reserving},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var took []time.Duration
			for range 25 {
				took = append(took, untilNews(t, tc.kind, tc.way))
			}
			slices.Sort(took)
			t.Logf("from kill to return, of %d: median %v, largest %v", len(took), took[len(took)/2], took[len(took)-1])
		})
	}
}

func untilNews(t *testing.T, kind shmring.Kind, way string) time.Duration {
	seg, name := segment(t, kind, 3, shmring.WithCapacity(4096))
	c, err := seg.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	ch := start(t, "hold", name, wayKey+"="+way)
	if !ch.attached() {
		t.Fatal("the child ended by itself")
	}
	if way == reserving { // behind the claim
		p, err := seg.Producer()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.TrySend(message(9, 1)); err != nil {
			t.Fatal(err)
		}
	}
	type news struct {
		at  time.Time
		b   []byte
		err error
	}
	told := make(chan news, 1)
	go func() {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		b, err := c.Recv(ctx, nil)
		told <- news{time.Now(), b, err}
	}()
	time.Sleep(20 * time.Millisecond) // it is parked by now
	killed := time.Now()
	ch.kill()
	n := <-told
	if way == reserving {
		if sender, _, ok := identify(n.b); n.err != nil || !ok || sender != 9 {
			t.Errorf("behind the dead claim: %v, %x", n.err, n.b)
		}
	} else {
		var died *shmring.PeerDiedError
		if !errors.As(n.err, &died) || died.PID != ch.cmd.Process.Pid || died.Role != shmring.RoleProducer {
			t.Errorf("told %v, %x", n.err, n.b)
		}
	}
	seg.Close()
	shmring.Remove(name)
	return n.at.Sub(killed)
}
