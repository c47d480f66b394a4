package shmring

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"
)

// curious is a handler that asks about the segment that it hears of.
type curious struct {
	slog.Handler
	heard []string
	ask   func()
}

func (h *curious) Enabled(context.Context, slog.Level) bool { return true }

func (h *curious) Handle(_ context.Context, r slog.Record) error {
	h.heard = append(h.heard, r.Message)
	h.ask()
	return nil
}

// inTime runs f and fails the test if it hangs.
func inTime(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it hangs")
	}
}

func TestALogHandlerMayAskAboutItsSegment(t *testing.T) {
	h := &curious{Handler: slog.DiscardHandler}
	s := heap(t, WithKind(MPSC), WithLogger(slog.New(h)))
	asked := 0
	h.ask = func() {
		s.Stats()
		s.Info()
		asked++
	}
	inTime(t, func() {
		a, b := producer(t, s), producer(t, s)
		killConsumer(s, consumer(t, s))
		killProducer(s, a)
		c := consumer(t, s) // takes over
		a = producer(t, s)  // and so does this one
		_, err := a.TryReserve(8)
		must(t, err)
		killProducer(s, a)
		must(t, b.TrySend([]byte("behind the claim")))
		expect(t, c, "behind the claim") // repairs
		must(t, b.Close())
		_, err = c.Recv(soon(t), nil) // notices the death
		want(t, "the end", err, ErrPeerDied)
	})
	for _, text := range []string{
		"shmring: took over from a dead process", "shmring: repaired what dead producers left", "shmring: a process died without closing",
	} {
		if !slices.Contains(h.heard, text) {
			t.Errorf("%q was not heard, only %q", text, h.heard)
		}
	}
	if asked != len(h.heard) {
		t.Errorf("asked %d times of %d", asked, len(h.heard))
	}
}

func TestALogHandlerMayCloseASegmentThatIsBeingAttachedTo(t *testing.T) {
	h := &curious{Handler: slog.DiscardHandler}
	s := heap(t, WithLogger(slog.New(h)))
	h.ask = func() { must(t, s.Close()) }
	inTime(t, func() {
		killProducer(s, producer(t, s))
		p := producer(t, s)
		want(t, "TrySend", p.TrySend(nil), ErrClosed)
	})
	if len(h.heard) != 1 {
		t.Errorf("heard %q", h.heard)
	}
}
