package shmring

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

const pollsPerLook = 16

// pollEnd polls until the consumer reports something else than an empty ring: it looks at the leases every
// few polls only.
func pollEnd(t *testing.T, c *Consumer) error {
	t.Helper()
	for range 10 * pollsPerLook {
		if _, err := c.TryRecv(nil); !errors.Is(err, ErrEmpty) {
			return err
		}
	}
	return ErrEmpty
}

// wantDeath holds an error against the report of a producer's death.
func wantDeath(t *testing.T, err error, slot, more int) {
	t.Helper()
	var d *PeerDiedError
	if !errors.Is(err, ErrPeerDied) || !errors.As(err, &d) || d.Role != RoleProducer || d.PID != os.Getpid() || d.Slot != slot || d.More != more {
		t.Errorf("got %v, want a PeerDiedError of slot %d and %d more", err, slot, more)
	}
}

func TestAStreamBeginsWithItsFirstProducer(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s := heap(t, WithKind(kind))
		c := consumer(t, s)
		want(t, "before anybody came", pollEnd(t, c), ErrEmpty)
		p := producer(t, s)
		want(t, "before anything was sent", pollEnd(t, c), ErrEmpty)
		must(t, p.Close())
		want(t, "after he left", pollEnd(t, c), io.EOF)
	}
}

func TestEverythingCommittedComesBeforeTheEnd(t *testing.T) {
	for name, opts := range rings {
		for _, end := range []string{"closed", "died"} {
			t.Run(name+"/"+end, func(t *testing.T) {
				s := heap(t, opts...)
				p, c := pair(t, s)
				for range 3 {
					must(t, p.TrySend([]byte("x")))
				}
				target := io.EOF
				if end == "closed" {
					must(t, p.Close())
				} else {
					killProducer(s, p)
					target = ErrPeerDied
				}
				for range 3 {
					expect(t, c, "x")
				}
				for verb, call := range consumerCalls(soon(t), c) {
					err := call()
					if verb == "All" && end == "closed" {
						must(t, err) // it ends without a word
						continue
					}
					want(t, verb, err, target)
					want(t, verb+" once more", consumerCalls(soon(t), c)[verb](), target)
				}
			})
		}
	}
}

func TestTheLastOfSeveralProducersEndsTheStream(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	c := consumer(t, s)
	a, b, d := producer(t, s), producer(t, s), producer(t, s)
	must(t, a.Close())
	want(t, "with two left", pollEnd(t, c), ErrEmpty)
	killProducer(s, d)
	want(t, "with one left", pollEnd(t, c), ErrEmpty)
	must(t, b.TrySend([]byte("last")))
	must(t, b.Close())
	expect(t, c, "last")
	wantDeath(t, pollEnd(t, c), 3, 0)
}

func TestSeveralDeathsAreReportedTogether(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	c := consumer(t, s)
	for _, p := range []*Producer{producer(t, s), producer(t, s), producer(t, s)} {
		killProducer(s, p)
	}
	wantDeath(t, pollEnd(t, c), 1, 2)
	wantDeath(t, pollEnd(t, c), 1, 2)
	if st := s.Stats(); st.Deaths != 3 || st.Attaches != 3 {
		t.Errorf("stats: %+v", st)
	}
}

func TestANewProducerRevivesAStreamThatHadEnded(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, end := range []string{"closed", "died"} {
			t.Run(kind.String()+"/"+end, func(t *testing.T) {
				s := heap(t, WithKind(kind))
				p, c := pair(t, s)
				if end == "closed" {
					must(t, p.Close())
					want(t, "the end", pollEnd(t, c), io.EOF)
				} else {
					killProducer(s, p)
					wantDeath(t, pollEnd(t, c), 1, 0)
				}
				p = producer(t, s)
				want(t, "with a new producer", pollEnd(t, c), ErrEmpty)
				must(t, p.TrySend([]byte("again")))
				expect(t, c, "again")
				must(t, p.Close())
				want(t, "the second end", pollEnd(t, c), io.EOF) // the death was reported already
			})
		}
	}
}

func TestASuccessorMakesUpForADeadProducer(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s := heap(t, WithKind(kind))
		p, c := pair(t, s)
		must(t, p.TrySend([]byte("first")))
		killProducer(s, p)
		p = producer(t, s)
		must(t, p.TrySend([]byte("second")))
		must(t, p.Close())
		expect(t, c, "first")
		expect(t, c, "second")
		want(t, "the end", pollEnd(t, c), io.EOF)
	}
}

func TestAnEndIsReportedToTheConsumerThatWasAway(t *testing.T) {
	s := heap(t)
	p := producer(t, s)
	must(t, p.TrySend([]byte("x")))
	must(t, p.Close())
	c := consumer(t, s)
	expect(t, c, "x")
	want(t, "the end", pollEnd(t, c), io.EOF)
	must(t, c.Close())
	// The next consumer hears of the next stream's end only.
	c = consumer(t, s)
	want(t, "an end already reported", pollEnd(t, c), ErrEmpty)
	must(t, producer(t, s).Close())
	want(t, "the next end", pollEnd(t, c), io.EOF)
}

func TestAFollowerWaitsForTheNextProducer(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s := heap(t, WithKind(kind), WithFollow())
		c := consumer(t, s)
		for i := range 4 {
			p := producer(t, s)
			must(t, p.TrySend([]byte("x")))
			if i%2 == 0 {
				must(t, p.Close())
			} else {
				killProducer(s, p)
			}
			expect(t, c, "x")
			want(t, "between producers", pollEnd(t, c), ErrEmpty)
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			_, err := c.Recv(ctx, nil)
			cancel()
			want(t, "between producers", err, context.DeadlineExceeded)
		}
	}
}

func TestADeadConsumerIsTakenOverAfterItsLastRelease(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, opts...)
			p, c := pair(t, s)
			for _, b := range []string{"1", "2", "3", "4"} {
				must(t, p.TrySend([]byte(b)))
			}
			expect(t, c, "1")
			_, err := c.TryNext() // 2, never released
			must(t, err)
			_, err = s.Consumer()
			var busy *BusyError
			if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Role != RoleConsumer || busy.PID != os.Getpid() {
				t.Errorf("got %v, want a BusyError that names us", err)
			}
			killConsumer(s, c)
			c = consumer(t, s)
			expect(t, c, "2")
			must(t, c.Close())
			c = consumer(t, s)
			expect(t, c, "3")
			expect(t, c, "4")
			if st := s.Stats(); st.Deaths != 1 || st.Received != 4 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestTheSecondProducerOfAnSPSCRingIsRefused(t *testing.T) {
	s := heap(t)
	p := producer(t, s)
	_, err := s.Producer()
	var busy *BusyError
	if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Role != RoleProducer || busy.PID != os.Getpid() {
		t.Errorf("got %v, want a BusyError that names us", err)
	}
	must(t, p.Close())
	must(t, producer(t, s).Close())
	killProducer(s, producer(t, s))
	must(t, producer(t, s).TrySend(nil))
}

func TestAnMPSCRingTakesAsManyProducersAsItHasSlots(t *testing.T) {
	s := heap(t, WithKind(MPSC), WithMaxProducers(3))
	c := consumer(t, s)
	var ps []*Producer
	for range 3 {
		ps = append(ps, producer(t, s))
	}
	_, err := s.Producer()
	var busy *BusyError
	if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.Why == "" {
		t.Errorf("got %v, want a BusyError that says why", err)
	}
	must(t, ps[1].Close())
	p := producer(t, s)
	must(t, p.TrySend([]byte("x")))
	r, err := c.TryNext()
	if err != nil || r.Producer != 2 || r.Generation != 2 {
		t.Errorf("got %+v, %v: want slot 2 in its second generation", r, err)
	}
	c.Release()
	killProducer(s, ps[0])
	must(t, producer(t, s).TrySend(nil))
}

// A slot's generations wrap after 4096 attachments. A claim that an owner of the first round left in the
// ring must not be taken for one of the second round.
func TestAGenerationWrapWaitsUntilNothingOldIsLeft(t *testing.T) {
	s := heap(t, WithKind(MPSC), WithMaxProducers(1))
	for range 4094 {
		must(t, producer(t, s).Close())
	}
	p, c := pair(t, s) // generation 4095
	must(t, p.TrySend([]byte("old")))
	must(t, p.Close())
	for range 2 {
		_, err := s.Producer()
		want(t, "with an old record in the ring", err, ErrBusy)
	}
	expect(t, c, "old")
	_, err := c.TryRecv(nil) // gives the memory back
	want(t, "the end", err, io.EOF)
	p = producer(t, s)
	must(t, p.TrySend([]byte("new")))
	r, err := c.TryNext()
	if err != nil || r.Generation != 0 || string(r.Payload) != "new" {
		t.Errorf("got %+v, %v: want generation 0", r, err)
	}
}

func TestAnSPSCProducerMayComeAnyNumberOfTimes(t *testing.T) {
	s := heap(t)
	for i := range 4200 {
		p := producer(t, s)
		if i == 4000 {
			must(t, p.TrySend([]byte("kept")))
		}
		must(t, p.Close())
	}
	expect(t, consumer(t, s), "kept")
}
