package shmring

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// An end that nobody announced must end a wait as well as one that somebody did.
func TestAWaitEndsWhenTheProducerDiesUnannounced(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, wait := range []Wait{Adaptive, Spin, Park} {
			t.Run(kind.String()+"/"+wait.String(), func(t *testing.T) {
				p, c := pair(t, heap(t, WithKind(kind), WithWait(wait)))
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				if err := p.Send(ctx, []byte("last")); err != nil {
					t.Fatal(err)
				}
				if b, err := c.Recv(ctx, nil); err != nil || string(b) != "last" {
					t.Fatalf("%q, %v", b, err)
				}
				dropLease(p.seg, slotOf(p.seg, p)) // as the kernel does
				if _, err := c.Next(ctx); !errors.Is(err, ErrPeerDied) {
					t.Errorf("Next: %v, want %v", err, ErrPeerDied)
				}
				if _, err := c.Recv(ctx, nil); !errors.Is(err, ErrPeerDied) {
					t.Errorf("Recv: %v, want %v", err, ErrPeerDied)
				}
			})
		}
	}
}

func TestTheEndOfAStreamIsReportedAsOftenAsItIsAskedFor(t *testing.T) {
	p, c := pair(t, heap(t))
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p.Close()
	for range 3 {
		if _, err := c.Recv(ctx, nil); err != io.EOF {
			t.Errorf("Recv: %v, want EOF", err)
		}
		if _, err := c.Next(ctx); err != io.EOF {
			t.Errorf("Next: %v, want EOF", err)
		}
	}
}

// endBehindALentRecord returns a consumer that holds the last record and was told that there are no more.
func endBehindALentRecord(t *testing.T) (*Segment, *Consumer) {
	t.Helper()
	s := heap(t)
	p, c := pair(t, s)
	must(t, p.TrySend([]byte("last")))
	must(t, p.Close())
	if _, err := c.TryNext(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.TryNext(); err != io.EOF {
		t.Fatalf("behind the lent record: %v, want io.EOF", err)
	}
	return s, c
}

func TestTheEndIsReportedAgainWhenTheLastRecordsAre(t *testing.T) {
	s, c := endBehindALentRecord(t)
	killConsumer(s, c)
	c, err := s.Consumer()
	must(t, err)
	if b, err := c.Recv(soon(t), nil); err != nil || string(b) != "last" {
		t.Fatalf("the successor got %q, %v, want the record that was not released", b, err)
	}
	if _, err := c.Recv(soon(t), nil); err != io.EOF {
		t.Fatalf("behind it: %v, want io.EOF", err)
	}
}

func TestAnEndIsOverOnceAProducerIsAboutToClaim(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	p, c := pair(t, s)
	must(t, p.Close())
	if err := pollEnd(t, c); err != io.EOF {
		t.Fatal(err)
	}
	p = producer(t, s)
	mem.Store(&p.ring.Slot().Intent, mem.Load(&s.control().Tail)+1)
	mem.Add(&s.control().Tail, 16) // claimed, not marked
	for range 3 {
		_, err := c.TryRecv(nil)
		want(t, "TryRecv", err, ErrEmpty)
	}
}

// restless is a peer that writes another status whenever somebody looks at its lease.
type restless struct {
	lease.Table
	slot *layout.Slot
}

func (r restless) Held(int64) (bool, error) {
	mem.Add(&r.slot.Status, 1<<32)
	return false, nil
}

func TestAStatusThatNeverRestsCannotHoldACall(t *testing.T) {
	s := heap(t)
	_, c := pair(t, s)
	s.slots.Leases = restless{s.slots.Leases, &s.slots.Table[1]}
	done := make(chan error, 1)
	go func() {
		_, err := c.TryRecv(nil)
		done <- err
	}()
	select {
	case err := <-done:
		want(t, "TryRecv", err, ErrEmpty)
	case <-time.After(patience):
		t.Fatal("TryRecv does not return")
	}
}

func TestAnEndReportedBehindLentRecordsIsNotReportedAgain(t *testing.T) {
	s, c := endBehindALentRecord(t)
	c.Release()
	must(t, c.Close())
	c, err := s.Consumer()
	must(t, err)
	if _, err := c.TryNext(); !errors.Is(err, ErrEmpty) {
		t.Fatalf("the successor got %v, want ErrEmpty until the next producer", err)
	}
}
