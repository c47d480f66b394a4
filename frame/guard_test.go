package frame

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// watched is a net.Conn that notes the read deadline it has.
type watched struct {
	net.Conn
	mu   sync.Mutex
	have time.Time
	sets int
}

func (w *watched) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.have, w.sets = t, w.sets+1
	return w.Conn.SetReadDeadline(t)
}

func (w *watched) deadline() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.have
}

// pair is a Reader on one end of a net.Pipe, its connection, and the other end.
func pair(t *testing.T) (*Reader, *watched, net.Conn) {
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	c := &watched{Conn: a}
	return NewReader(c), c, b
}

func TestACancelledContextInterruptsABlockedRead(t *testing.T) {
	r, c, far := pair(t)
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	_, err := r.Read(ctx)
	if !errors.Is(err, context.Canceled) || !Resumable(err) {
		t.Fatalf("got %v", err)
	}
	if !c.deadline().IsZero() {
		t.Error("the deadline that interrupted is still set")
	}
	go far.Write(Message{Body: []byte("x")}.AppendTo(nil))
	if m, err := r.Read(context.Background()); err != nil || string(m.Body) != "x" {
		t.Errorf("the next Read: %q, %v", m, err)
	}
}

func TestTheUsersDeadlineOutlivesACancelledContext(t *testing.T) {
	r, c, _ := pair(t)
	future := time.Now().Add(time.Hour)
	if err := r.SetDeadline(future); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	if _, err := r.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !c.deadline().Equal(future) {
		t.Errorf("the deadline is %v, was set to %v", c.deadline(), future)
	}
}

func TestADeadlineSetDuringAnInterruptionCountsAfterIt(t *testing.T) {
	var g guard
	var have time.Time
	set := func(t time.Time) error { have = t; return nil }
	ctx, cancel := context.WithCancel(context.Background())
	if err := g.enter(ctx, set); err != nil {
		t.Fatal(err)
	}
	cancel()
	for fired := false; !fired; runtime.Gosched() {
		g.mu.Lock()
		fired = g.fired
		g.mu.Unlock()
	}
	interrupting, future := have, time.Now().Add(time.Hour)
	if err := g.deadline(future, set); err != nil || !have.Equal(interrupting) {
		t.Errorf("the interrupting deadline was replaced: %v", have)
	}
	g.leave()
	if !have.Equal(future) {
		t.Errorf("after the call the deadline is %v", have)
	}
}

func TestTheUsersDeadlineInterruptsAndCanBeMoved(t *testing.T) {
	r, _, far := pair(t)
	if err := r.SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := r.Read(ctx)
	if !errors.Is(err, os.ErrDeadlineExceeded) || !Resumable(err) || ctx.Err() != nil {
		t.Fatalf("got %v", err)
	}
	if err := r.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	go far.Write(Message{}.AppendTo(nil))
	if _, err := r.Read(ctx); err != nil {
		t.Error(err)
	}
}

func TestAContextThatEndsBetweenCallsTouchesNothing(t *testing.T) {
	r, c, far := pair(t)
	ctx, cancel := context.WithCancel(context.Background())
	go far.Write(Message{}.AppendTo(nil))
	if _, err := r.Read(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(ctx); !errors.Is(err, context.Canceled) || !Resumable(err) {
		t.Errorf("under the ended context: %v", err)
	}
	go far.Write(Message{}.AppendTo(nil))
	if _, err := r.Read(context.Background()); err != nil {
		t.Error(err)
	}
	if c.sets != 0 {
		t.Errorf("the deadline was set %d times", c.sets)
	}
}

// An interruption that comes at any moment, also just before or after the call, neither blocks the call
// for ever nor leaves its deadline behind. Run with -race.
func TestInterruptionsAtRandomMoments(t *testing.T) {
	r, c, far := pair(t)
	go func() {
		for {
			if _, err := far.Write(Message{}.AppendTo(nil)); err != nil {
				return
			}
			runtime.Gosched()
		}
	}()
	interrupted := 0
	for i := range 5000 {
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			for range i % 20 {
				runtime.Gosched()
			}
			cancel()
		}()
		var err error
		for err == nil {
			_, err = r.Read(ctx)
		}
		if !errors.Is(err, context.Canceled) || !Resumable(err) {
			t.Fatal(err)
		}
		interrupted++
		if !c.deadline().IsZero() {
			t.Fatal("a deadline was left behind")
		}
	}
	if _, err := r.Read(context.Background()); err != nil {
		t.Errorf("after %d interruptions: %v", interrupted, err)
	}
}

// registrations is a context that counts the functions waiting for its end.
type registrations struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	n    int
}

func (c *registrations) Done() <-chan struct{} { return c.done }

// AfterFunc is the hook that context.AfterFunc looks for.
func (c *registrations) AfterFunc(func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n--
		return true
	}
}

func (c *registrations) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func TestACollectedReaderLeavesNothingInALongContext(t *testing.T) {
	ctx := &registrations{Context: context.Background(), done: make(chan struct{})}
	func() {
		r, _, far := pair(t)
		go func() {
			far.Write(Message{}.AppendTo(nil))
			far.Write(Message{}.AppendTo(nil))
		}()
		for range 2 {
			if _, err := r.Read(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if n := ctx.count(); n != 1 {
			t.Errorf("%d registrations after two reads under one context", n)
		}
	}()
	for range 200 {
		if ctx.count() == 0 {
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	t.Error("the registration outlives its Reader")
}

func TestAFatalErrorDropsTheRegistration(t *testing.T) {
	ctx := &registrations{Context: context.Background(), done: make(chan struct{})}
	r, _, far := pair(t)
	go func() { far.Write(make([]byte, 8)) }()
	if _, err := r.Read(ctx); !errors.Is(err, ErrMalformed) {
		t.Fatal(err)
	}
	if n := ctx.count(); n != 0 {
		t.Errorf("%d registrations after a fatal error", n)
	}
}

func TestAnEndedContextIsNotMissedOnEntry(t *testing.T) {
	var g guard
	ctx, cancel := context.WithCancel(context.Background())
	set := func(time.Time) error { return nil }
	if err := g.enter(ctx, set); err != nil {
		t.Fatal(err)
	}
	g.leave()
	cancel()
	// The registration has fired with no call to interrupt; the next call must see the end itself.
	if err := g.enter(ctx, set); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
