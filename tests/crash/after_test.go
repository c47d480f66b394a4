//go:build linux

package crash

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// attach calls f until the role is free.
func attach[T any](f func() (T, error)) (T, error) {
	for {
		v, err := f()
		if !errors.Is(err, shmring.ErrBusy) {
			return v, err
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// bulk is a record of the prelude: four of them nearly fill a ring of 4096 bytes.
func bulk() []byte { return make([]byte, 1008) }

func receiveBulk(t *testing.T, c *shmring.Consumer, n uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range n {
		if b, err := c.Recv(ctx, nil); err != nil || len(b) != len(bulk()) {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
	}
}

// rest takes what is left of a dead child, then sends a record through the ring and expects it at once. It
// returns how many records came before it.
func rest(t *testing.T, seg *shmring.Segment, c *shmring.Consumer) (n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for want := uint64(1); ; want++ {
		b, err := c.Recv(ctx, nil)
		if err != nil { // io.EOF or ErrPeerDied: the child's end
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, shmring.ErrCorrupt) {
				t.Fatalf("%v; %+v", err, seg.Stats())
			}
			break
		}
		if _, seq, ok := identify(b); !ok || seq != want {
			t.Errorf("torn: %x", b)
		}
		n++
	}
	p, err := attach(seg.Producer)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for seq := range uint64(300) { // several laps
		if err := p.Send(ctx, message(9, seq)); err != nil {
			t.Fatal(err)
		}
		b, err := c.Recv(ctx, nil)
		if sender, got, ok := identify(b); err != nil || !ok || sender != 9 || got != seq {
			t.Fatalf("after the death: %v, %x", err, b)
		}
	}
	return n
}
