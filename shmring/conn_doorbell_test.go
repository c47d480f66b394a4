package shmring

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestASleeperOfAConnectionLeavesTheBarrierToItsPeer(t *testing.T) {
	x, y := crowdedPipe(t)
	flag := x.rings.in.control()
	eventually(t, "a sleep has raised FenceFlag", func() bool { // a busy machine may end the context before the sleep
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		if _, err := x.Recv(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v, want DeadlineExceeded", err)
		}
		return mem.Load32(&flag.DataWait)&layout.FenceFlag != 0
	})
	if got := mem.Load32(&flag.SpaceWait); got&layout.FenceFlag != 0 {
		t.Errorf("nobody has waited for room, and the flag is %#x", got)
	}
	// The flag stays, and wakes are as before.
	for range 1000 {
		got := make(chan error, 1)
		go func() {
			_, err := x.Recv(t.Context(), nil)
			got <- err
		}()
		if err := y.Send(t.Context(), []byte("m")); err != nil {
			t.Fatal(err)
		}
		if err := <-got; err != nil {
			t.Fatal(err)
		}
	}
	if got := mem.Load32(&flag.DataWait); got&layout.FenceFlag == 0 {
		t.Errorf("somebody cleared FenceFlag: %#x", got)
	}
}

func crowdedPipe(t *testing.T) (x, y *Conn) {
	t.Helper()
	x, y, err := Pipe(WithWait(Park))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(x.Close(), y.Close()); err != nil {
			t.Error(err)
		}
	})
	return x, y
}
