package shmring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestHashesSurviveReadersThatKnowOnlyFloats(t *testing.T) {
	const schema = 1<<63 + 1
	text, err := json.Marshal(heap(t, WithSchema(schema)).Info())
	must(t, err)
	var loose map[string]any
	must(t, json.Unmarshal(text, &loose))
	for key, want := range map[string]uint64{"schema": schema, "layout_hash": layout.LayoutHash()} {
		if got := fmt.Sprint(loose[key]); got != fmt.Sprint(want) {
			t.Errorf("%s is %s, want %d", key, got, want)
		}
	}
	var info Info
	if must(t, json.Unmarshal(text, &info)); info.Schema != schema || info.LayoutHash != layout.LayoutHash() {
		t.Errorf("read back: %+v", info)
	}
}

func TestAScriptedTraceMatchesTheCounters(t *testing.T) {
	const capacity = layout.MinCapacity
	s := heap(t, WithKind(MPSC), WithCapacity(capacity))
	check := func(step string, want Stats) {
		t.Helper()
		want.Capacity = capacity
		if got := s.Stats(); got != want {
			t.Fatalf("%s:\n got %+v\nwant %+v", step, got, want)
		}
	}
	check("new", Stats{})
	a, c := pair(t, s)
	b := producer(t, s)
	check("attached", Stats{Attaches: 2})

	must(t, a.TrySend(make([]byte, 8))) // 16 bytes of ring
	must(t, b.TrySend(make([]byte, 1))) // 16
	must(t, b.TrySend(nil))             // 8
	check("three sent", Stats{Attaches: 2, Sent: 3, SentBytes: 9, Used: 40, HighWater: 40})

	n, err := a.SendBatch(ctx, [][]byte{make([]byte, 16), make([]byte, 24)}) // 24 + 32
	if must(t, err); n != 2 {
		t.Fatal(n)
	}
	r, err := b.TryReserve(100) // 16 + 104: an extension and 100 rounded up
	must(t, err)
	must(t, r.CommitN(10)) // the rest becomes a pad
	r, err = b.TryReserve(8)
	must(t, err)
	r.Abort() // 24 of pad
	check("sent, lent and aborted", Stats{Attaches: 2, Sent: 6, SentBytes: 59, Used: 240, HighWater: 240})

	for range 2 {
		_, err := c.TryRecv(nil)
		must(t, err)
	}
	st := Stats{Attaches: 2, Sent: 6, SentBytes: 59, Received: 2, ReceivedBytes: 9, Used: 240, HighWater: 240}
	check("two received, in too small a step to give memory back", st)
	_, err = c.TryNext()
	must(t, err)
	check("one lent", st)
	c.Release()
	st.Received = 3
	check("and released", st)
	n, err = c.Drain(0, func(Record) error { return nil })
	if must(t, err); n != 3 {
		t.Fatal(n)
	}
	st.Received, st.ReceivedBytes, st.Used = 6, 59, 200 // what was released before went back when the ring was empty
	check("drained", st)
	_, err = c.TryRecv(nil)
	want(t, "an empty ring", err, ErrEmpty)
	st.Used = 0
	check("and the rest with the next empty look", st)

	want(t, "a refused record", a.TrySend(make([]byte, capacity)), ErrTooLarge)
	check("refused", st)

	// A producer that dies between its claim and its commit costs its claim, and no more.
	_, err = b.TryReserve(8)
	must(t, err)
	killProducer(s, b)
	must(t, a.TrySend(make([]byte, 8)))
	expect(t, c, string(make([]byte, 8)))
	st.Sent, st.SentBytes, st.Received, st.ReceivedBytes, st.Recovered = 7, 67, 7, 67, 1
	st.Used = 40
	check("a claim was padded", st)
	must(t, a.Close())
	err = pollEnd(t, c)
	want(t, "the end", err, ErrPeerDied)
	st.Used, st.Deaths = 0, 1
	check("ended", st)
}

func TestWaitsAndWakesAreCounted(t *testing.T) {
	s := heap(t, WithWait(Park), WithCapacity(layout.MinCapacity))
	p, c := pair(t, s)
	got := make(chan error)
	go func() {
		_, err := c.Recv(soon(t), nil)
		got <- err
	}()
	eventually(t, "the consumer sleeps", func() bool { return s.Stats().EmptyWaits == 1 })
	must(t, p.TrySend(make([]byte, 8)))
	must(t, <-got)
	if st := s.Stats(); st.DataWakes != 1 || st.EmptyWaits != 1 || st.FullWaits != 0 || st.SpaceWakes != 0 {
		t.Errorf("after a wait for data: %+v", st)
	}
	_, err := c.TryRecv(nil) // gives the memory back
	want(t, "an empty ring", err, ErrEmpty)
	for p.TrySend(make([]byte, 56)) == nil {
	}
	if st := s.Stats(); st.DataWakes != 1 {
		t.Errorf("a consumer that was awake was woken: %+v", st)
	}
	go func() { got <- p.Send(soon(t), make([]byte, 56)) }()
	eventually(t, "the producer sleeps", func() bool { return s.Stats().FullWaits == 1 })
	n, err := c.Drain(0, func(Record) error { return nil })
	must(t, err)
	must(t, <-got)
	if st := s.Stats(); n == 0 || st.SpaceWakes != 1 || st.FullWaits != 1 || st.DataWakes != 1 {
		t.Errorf("after a wait for room: %+v", st)
	}
}

func TestABatchWakesASleeperAtMostOnce(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s := heap(t, WithKind(kind), WithWait(Park))
		p, c := pair(t, s)
		batch := make([][]byte, 32)
		for i := range batch {
			batch[i] = pattern(i, uint64(i))
		}
		const rounds = 50
		done := make(chan error)
		go func() {
			for i := range rounds * len(batch) {
				b, err := c.Recv(soon(t), nil)
				if err != nil || string(b) != string(batch[i%len(batch)]) {
					done <- errors.Join(err, errors.New("wrong payload"))
					return
				}
			}
			done <- nil
		}()
		for i := range uint64(rounds) {
			eventually(t, "the consumer sleeps", func() bool {
				return mem.Load32(&s.control().DataWait)&layout.WaitFlag != 0 && s.Stats().EmptyWaits > i && s.Stats().Received == i*uint64(len(batch))
			})
			before := s.Stats().DataWakes
			n, err := p.SendBatch(ctx, batch)
			if err != nil || n != len(batch) {
				t.Fatal(n, err)
			}
			if wakes := s.Stats().DataWakes - before; wakes > 1 {
				t.Errorf("%v: %d wakes for one batch", kind, wakes)
			}
		}
		must(t, <-done)
		if s.Stats().DataWakes == 0 {
			t.Error("nobody was ever woken")
		}
	}
}

func TestABatchIsVisibleWholeOrNotAtAll(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(1<<20))...)
			p, c := pair(t, s)
			batch := make([][]byte, 32)
			for i := range batch {
				batch[i] = pattern(24, uint64(i))
			}
			var seen atomic.Uint64
			const rounds = 200
			go func() {
				for i := range uint64(rounds) {
					for seen.Load() < i {
						runtime.Gosched()
					}
					if _, err := p.SendBatch(soon(t), batch); err != nil {
						t.Error(err)
					}
				}
			}()
			for i := range uint64(rounds) {
				_, err := c.TryRecv(nil)
				for errors.Is(err, ErrEmpty) {
					runtime.Gosched()
					_, err = c.TryRecv(nil)
				}
				must(t, err)
				for range len(batch) - 1 {
					if _, err := c.TryRecv(nil); err != nil {
						t.Fatal("a part of the batch came alone:", err)
					}
				}
				seen.Store(i + 1)
			}
		})
	}
}

func TestALargeBatchGoesOutInAsManyPiecesAsTheRingNeeds(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(layout.MinCapacity))...)
			p, c := pair(t, s)
			batch := make([][]byte, 1000)
			for i := range batch {
				batch[i] = pattern(i%1500, uint64(i))
			}
			done := make(chan error)
			go func() {
				n, err := p.SendBatch(soon(t), batch)
				if n != len(batch) {
					err = errors.Join(err, io.ErrShortWrite)
				}
				done <- errors.Join(err, p.Close())
			}()
			i := 0
			for r, err := range c.All(soon(t)) {
				if err != nil || string(r.Payload) != string(batch[i]) {
					t.Fatalf("record %d: %d bytes, %v", i, len(r.Payload), err)
				}
				i++
			}
			if must(t, <-done); i != len(batch) {
				t.Errorf("%d records, want %d", i, len(batch))
			}
		})
	}
}

func TestAnEmptyBatchIsNothing(t *testing.T) {
	s := heap(t)
	n, err := producer(t, s).SendBatch(context.Background(), nil)
	if n != 0 || err != nil || s.Stats().Sent != 0 {
		t.Error(n, err, s.Stats())
	}
}

func TestStatsAndInfoSpeakJSON(t *testing.T) {
	s, _ := named(t, WithKind(MPSC))
	p, _ := pair(t, s)
	must(t, p.TrySend([]byte("x")))
	for _, v := range []any{s.Stats(), s.Info()} {
		b, err := json.Marshal(v)
		must(t, err)
		var m map[string]any
		must(t, json.Unmarshal(b, &m))
		for key := range m {
			if key[0] < 'a' || key[0] > 'z' {
				t.Errorf("%T: key %q", v, key)
			}
		}
	}
	info := s.Info()
	if len(info.Parties) != 2 || info.Parties[0].Role != RoleConsumer || info.Parties[1].Role != RoleProducer ||
		!info.Parties[0].Alive || !info.Parties[1].Alive || info.Parties[1].Records != 1 || info.Parties[1].Bytes != 1 {
		t.Errorf("parties: %+v", info.Parties)
	}
}

func TestAHintThatIsOldIsNotTakenForAFullRing(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	r, err := p.TryReserve(100)
	must(t, err)
	must(t, r.Commit())
	expect(t, c, string(make([]byte, 100)))
	_, err = c.TryRecv(nil)
	want(t, "TryRecv", err, ErrEmpty)
	mem.Store(&s.control().Tail, 0) // killed between the header and the hint
	if st := s.Stats(); st.Used != 0 || st.HighWater > 200 {
		t.Errorf("used %d, high water %d", st.Used, st.HighWater)
	}
}
