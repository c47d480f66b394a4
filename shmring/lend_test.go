package shmring

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/shmring/ipc/layout"
)

func fill(t *testing.T, p *Producer, n int) {
	t.Helper()
	for i := range n {
		must(t, p.TrySend(fmt.Append(nil, i)))
	}
}

func TestLentRecordsLieInTheRing(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	fill(t, p, 3)
	for i := range 3 {
		r, err := c.TryNext()
		must(t, err)
		if want := fmt.Sprint(i); string(r.Payload) != want || cap(r.Payload) != len(want) {
			t.Errorf("got %q of capacity %d, want %q", r.Payload, cap(r.Payload), want)
		}
		if &r.Payload[0] != &s.ring.Span(uint64(16*i+8), 1)[0] {
			t.Error("the payload is a copy")
		}
	}
	if st := s.Stats(); st.Received != 0 {
		t.Errorf("%d received before Release", st.Received)
	}
	c.Release()
	if st := s.Stats(); st.Received != 3 {
		t.Errorf("%d received after Release, want 3", st.Received)
	}
}

func TestReceivedBytesAreACopy(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	must(t, p.TrySend([]byte("abc")))
	dst := make([]byte, 10)
	got, err := c.TryRecv(dst)
	must(t, err)
	if string(got) != "abc" || &got[0] != &dst[0] {
		t.Errorf("got %q, not in the caller's memory", got)
	}
	must(t, p.TrySend(make([]byte, 100)))
	if got, err = c.TryRecv(got); err != nil || len(got) != 100 {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestMemoryIsLentZeroedAndExact(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(layout.MinCapacity))...)
			p, c := pair(t, s)
			for n := range 300 {
				must(t, p.TrySend(pattern(n, 1))) // dirt for the next lap
				r, err := p.TryReserve(n)
				must(t, err)
				b := r.Bytes()
				if len(b) != n || cap(b) != n {
					t.Fatalf("%d bytes lent: %d, capacity %d", n, len(b), cap(b))
				}
				for i := range b {
					if b[i] != 0 {
						t.Fatalf("byte %d of %d is dirty", i, n)
					}
				}
				if n%3 == 0 {
					r.Abort()
				} else {
					copy(b, pattern(n, 2))
					must(t, r.CommitN(n/2))
				}
				expect(t, c, string(pattern(n, 1)))
				if n%3 != 0 {
					expect(t, c, string(pattern(n, 2)[:n/2]))
				}
			}
		})
	}
}

func TestOneReservationAtATime(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			p, c := pair(t, heap(t, opts...))
			r, err := p.TryReserve(8)
			must(t, err)
			for verb, call := range producerCalls(soon(t), p) {
				var busy *BusyError
				if err := call(); !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Why == "" {
					t.Errorf("%s beside an open reservation: got %v, want a BusyError that says why", verb, err)
				}
			}
			for _, n := range []int{-1, 9} {
				want(t, "CommitN out of range", r.CommitN(n), ErrTooLarge)
			}
			r.SetType(9, 2)
			must(t, r.CommitN(4))
			want(t, "a second Commit", r.Commit(), ErrClosed)
			r.Abort()
			r2, err := p.TryReserve(8)
			must(t, err)
			r.Abort() // the old one has no power over the new
			want(t, "an old Commit", r.Commit(), ErrClosed)
			must(t, r2.Commit())
			got, err := c.TryNext()
			if err != nil || got.Type != 9 || got.Version != 2 || len(got.Payload) != 4 {
				t.Errorf("got %+v, %v", got, err)
			}
			got, err = c.TryNext()
			if err != nil || got.Type != 0 || got.Version != 0 || len(got.Payload) != 8 {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestTypeAndVersionTravel(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			p, c := pair(t, heap(t, opts...))
			for _, in := range []Record{{}, {Type: 1}, {Version: 1}, {Type: 0xffff, Version: 0xff, Payload: []byte("x")}} {
				must(t, p.SendRecord(ctx, in))
				out, err := c.TryNext()
				if err != nil || out.Type != in.Type || out.Version != in.Version || string(out.Payload) != string(in.Payload) ||
					out.Producer != 1 || out.Generation != 1 {
					t.Errorf("sent %+v, got %+v, %v", in, out, err)
				}
				c.Release()
			}
		})
	}
}

func TestLentRecordsThatFillTheRingAreNamed(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(layout.MinCapacity))...)
			p, c := pair(t, s)
			sent := 0
			for ; p.TrySend(make([]byte, 24)) == nil; sent++ {
			}
			for range sent {
				_, err := c.TryNext()
				must(t, err)
			}
			if s.Stats().Used == layout.MinCapacity {
				_, err := c.TryNext()
				want(t, "TryNext", err, ErrFull)
				_, err = c.Next(soon(t))
				want(t, "Next", err, ErrFull)
			}
			c.Release()
			_, err := c.TryNext()
			want(t, "after Release", err, ErrEmpty)
			must(t, p.TrySend([]byte("x")))
			expect(t, c, "x")
		})
	}
}

func TestDrainTakesWhatThereIsUpToItsMaximum(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	next := 0
	count := func(r Record) error {
		if string(r.Payload) != fmt.Sprint(next) {
			t.Errorf("got %q, want %d", r.Payload, next)
		}
		next++
		return nil
	}
	fill(t, p, 10)
	for _, step := range []struct{ max, want int }{{3, 3}, {1, 1}, {0, 6}, {5, 0}, {-1, 0}} {
		if n, err := c.Drain(step.max, count); n != step.want || err != nil {
			t.Errorf("Drain(%d): %d, %v; want %d", step.max, n, err, step.want)
		}
	}
	if st := s.Stats(); st.Received != 10 {
		t.Errorf("%d released, want 10", st.Received)
	}
	failure := errors.New("no more")
	next = 0
	fill(t, p, 3)
	n, err := c.Drain(0, func(r Record) error {
		must(t, count(r))
		if next == 2 {
			return failure
		}
		return nil
	})
	if n != 2 || err != failure {
		t.Errorf("got %d, %v; want 2 and the callback's error", n, err)
	}
	expect(t, c, "2")
	fill(t, p, 1)
	must(t, p.Close())
	next = 0
	if n, err := c.Drain(0, count); n != 1 || err != nil {
		t.Errorf("before the end: %d, %v", n, err)
	}
	if n, err := c.Drain(0, count); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

func TestAllReleasesEachStepAndMayBeLeft(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	fill(t, p, 4)
	i := uint64(0)
	for r, err := range c.All(soon(t)) {
		must(t, err)
		if string(r.Payload) != fmt.Sprint(i) || s.Stats().Received != i {
			t.Errorf("step %d: got %q with %d released", i, r.Payload, s.Stats().Received)
		}
		if i++; i == 2 {
			break
		}
	}
	if st := s.Stats(); st.Received != 2 {
		t.Errorf("%d released after the break, want 2", st.Received)
	}
	expect(t, c, "2")
	must(t, p.Close())
	for r, err := range c.All(soon(t)) {
		must(t, err)
		i++
		_ = r
	}
	if i != 3 {
		t.Errorf("%d steps, want 3", i)
	}
}

func TestAPanicInACallbackLeavesTheRingUsable(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, opts...)
			p, c := pair(t, s)
			panics := func(f func()) {
				t.Helper()
				defer func() {
					if recover() == nil {
						t.Error("the panic got lost")
					}
				}()
				f()
			}
			panics(func() {
				p.SendFunc(ctx, 8, func(b []byte) (int, error) {
					b[0] = 1
					panic("in SendFunc")
				})
			})
			must(t, p.TrySend([]byte("0")))
			must(t, p.TrySend([]byte("1")))
			must(t, p.TrySend([]byte("2")))
			panics(func() { c.Drain(1, func(Record) error { panic("in Drain") }) })
			panics(func() {
				for range c.All(soon(t)) {
					panic("in All")
				}
			})
			expect(t, c, "2")
			failure := errors.New("no")
			err := p.SendFunc(ctx, 8, func([]byte) (int, error) { return 3, failure })
			want(t, "SendFunc", err, failure)
			want(t, "too many bytes", p.SendFunc(ctx, 8, func([]byte) (int, error) { return 9, nil }), ErrTooLarge)
			must(t, p.SendFunc(ctx, 8, func(b []byte) (int, error) { return copy(b, "ok"), nil }))
			expect(t, c, "ok")
			if st := s.Stats(); st.Sent != 4 || st.Received != 4 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestReleasedMemoryGoesBackWhileAClaimIsOpen(t *testing.T) {
	s := heap(t, WithKind(MPSC), WithCapacity(layout.MinCapacity))
	p, c := pair(t, s)
	q := producer(t, s)
	must(t, p.TrySend(make([]byte, 248)))
	r, err := p.TryReserve(240) // 256 + 256 bytes
	must(t, err)
	defer r.Abort()
	for q.TrySend(make([]byte, 248)) == nil {
	}
	expect(t, c, string(make([]byte, 248)))
	_, err = c.TryRecv(nil)
	want(t, "behind an open claim", err, ErrEmpty)
	must(t, q.TrySend(make([]byte, 248)))
}
