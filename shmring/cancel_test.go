package shmring

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
)

// endings are the ways in which a context ends.
var endings = map[string]struct {
	err   error
	start func() (context.Context, context.CancelFunc)
}{
	"cancelled before": {context.Canceled, func() (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return ctx, cancel
	}},
	"cancelled meanwhile": {context.Canceled, func() (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(2*time.Millisecond, cancel)
		return ctx, cancel
	}},
	"deadline": {context.DeadlineExceeded, func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), 2*time.Millisecond)
	}},
}

// wantWait holds an error against what a wait returns that a context ended.
func wantWait(t *testing.T, verb string, err, target error) {
	t.Helper()
	var w *WaitError
	if !errors.Is(err, target) || !errors.As(err, &w) || w.Timeout() != (target == context.DeadlineExceeded) {
		t.Errorf("%s: got %v, want a WaitError of %v", verb, err, target)
	}
}

func TestAWaitThatItsContextEndsLeavesTheRingUsable(t *testing.T) {
	for name, opts := range rings {
		for _, wait := range []Wait{Adaptive, Spin, Park} {
			for how, end := range endings {
				t.Run(name+"/"+wait.String()+"/"+how, func(t *testing.T) {
					s := heap(t, append(opts, WithCapacity(layout.MinCapacity), WithWait(wait))...)
					p, c := pair(t, s)
					for _, verb := range waitingConsumerCalls {
						ctx, cancel := end.start()
						wantWait(t, verb, consumerCalls(ctx, c)[verb](), end.err)
						cancel()
						must(t, p.TrySend([]byte("good")))
						expect(t, c, "good")
					}
					for _, verb := range waitingProducerCalls {
						sent := 0
						for ; p.TrySend(make([]byte, 56)) == nil; sent++ {
						}
						ctx, cancel := end.start()
						wantWait(t, verb, producerCalls(ctx, p)[verb](), end.err)
						cancel()
						for range sent {
							expect(t, c, string(make([]byte, 56)))
						}
						_, err := c.TryRecv(nil)
						want(t, verb+" wrote something all the same", err, ErrEmpty)
					}
				})
			}
		}
	}
}

func TestABatchThatItsContextEndsSaysHowMuchWentOut(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(layout.MinCapacity))...)
			p, c := pair(t, s)
			var batch [][]byte
			for i := range 200 {
				batch = append(batch, pattern(56, uint64(i)))
			}
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
			defer cancel()
			n, err := p.SendBatch(ctx, batch)
			wantWait(t, "SendBatch", err, context.DeadlineExceeded)
			if n == 0 || n == len(batch) || uint64(n) != s.Stats().Sent {
				t.Fatalf("%d of %d went out, stats say %d", n, len(batch), s.Stats().Sent)
			}
			for _, b := range batch[:n] {
				expect(t, c, string(b))
			}
			rest, err := p.SendBatch(context.Background(), batch[n:n+10])
			if err != nil || rest != 10 {
				t.Fatal(rest, err)
			}
			for _, b := range batch[n : n+10] {
				expect(t, c, string(b))
			}
		})
	}
}

func TestACallThatNeedNotWaitIgnoresItsContext(t *testing.T) {
	p, c := pair(t, heap(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	must(t, p.Send(ctx, []byte("x")))
	got, err := c.Recv(ctx, nil)
	if err != nil || string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAWaitNamesTheProducerThatHoldsTheRingUp(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	p, c := pair(t, s)
	r, err := p.TryReserve(8)
	must(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, err = c.Recv(ctx, nil)
	wantWait(t, "Recv", err, context.DeadlineExceeded)
	var w *WaitError
	b := s.Stats().Blocked
	if !errors.As(err, &w) || w.Peer == "" || b == nil || b.Slot != 1 || b.PID == 0 || b.Position != 0 {
		t.Fatalf("%v, blocked by %+v: want slot 1 named", err, b)
	}
	must(t, r.Commit())
	expect(t, c, string(make([]byte, 8)))
	if b := s.Stats().Blocked; b != nil {
		t.Errorf("still blocked by %v", b)
	}
}
