package shmring

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// entries lists what is in a ring: state, slot and payload of each, and an R where it was released.
func entries(t *testing.T, s *Segment) []string {
	t.Helper()
	all := []string{}
	pos := uint64(0)
	err := s.Dump(func(e Entry) error {
		if e.Position < pos || e.Size == 0 {
			t.Errorf("%v after position %d", e, pos)
		}
		pos = e.Position + e.Size
		text := fmt.Sprintf("%s %d %s", e.State, e.Slot, e.Payload)
		if e.Released {
			text += " R"
		}
		all = append(all, strings.TrimSpace(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func holds(t *testing.T, s *Segment, want ...string) {
	t.Helper()
	if got := entries(t, s); !slices.Equal(got, want) {
		t.Errorf("in the ring: %q, want %q", got, want)
	}
}

func TestDumpShowsReadAndUnreadRecords(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			s := heap(t, WithKind(kind))
			holds(t, s)
			p, c := pair(t, s)
			for _, text := range []string{"one", "two", "three"} {
				if err := p.Send(ctx, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := c.Recv(ctx, nil); err != nil {
				t.Fatal(err)
			}
			holds(t, s, "record 1 one R", "record 1 two", "record 1 three")
			if n := s.Stats().Received; n != 1 {
				t.Errorf("looking received %d records", n)
			}
		})
	}
}

func TestDumpTellsAnOpenReservationFromATornOne(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			s := heap(t, WithKind(kind))
			p, _ := pair(t, s)
			if err := p.Send(ctx, []byte("whole")); err != nil {
				t.Fatal(err)
			}
			r, err := p.Reserve(ctx, 100)
			if err != nil {
				t.Fatal(err)
			}
			copy(r.Bytes(), "half")
			holds(t, s, "record 1 whole", "open 1")
			dropLease(s, slotOf(s, p)) // as the kernel does for the dead
			holds(t, s, "record 1 whole", "torn 1")
		})
	}
}

func TestDumpShowsAClaimWithoutAMarkAsTorn(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	p, _ := pair(t, s)
	mem.Store(&s.control().Tail, 64) // a producer died between its claim and its mark
	if err := p.Send(ctx, []byte("next")); err != nil {
		t.Fatal(err)
	}
	holds(t, s, "torn 0", "record 1 next")
}

func TestDumpShowsPadsTypesAndBadSums(t *testing.T) {
	s := heap(t, WithChecksum())
	p, _ := pair(t, s)
	if err := p.SendRecord(ctx, Record{Payload: []byte("typed"), Type: 7, Version: 2}); err != nil {
		t.Fatal(err)
	}
	r, err := p.Reserve(ctx, 8)
	if err != nil {
		t.Fatal(err)
	}
	r.Abort()
	s.ring.Span(0, s.ring.Capacity())[2*layout.WordSize] ^= 1
	var got []Entry
	if err := s.Dump(func(e Entry) error { got = append(got, e); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Type != 7 || got[0].Version != 2 || !got[0].BadSum || got[1].State != EntryPad {
		t.Errorf("got %+v", got)
	}
}

func TestDumpStopsAtWhatIsNoRecord(t *testing.T) {
	s := heap(t)
	p, _ := pair(t, s)
	if err := p.Send(ctx, []byte("good")); err != nil {
		t.Fatal(err)
	}
	mem.Store(s.ring.Word(16), uint64(layout.MakeWord(layout.Committed, 1, 1, 0, 1<<30)))
	seen := 0
	err := s.Dump(func(Entry) error { seen++; return nil })
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) || corrupt.Position != 16 || seen != 1 {
		t.Errorf("%d entries, then %v", seen, err)
	}
}

func TestDumpEndsWithTheErrorOfItsCallback(t *testing.T) {
	s := heap(t)
	p, _ := pair(t, s)
	p.Send(ctx, nil)
	p.Send(ctx, nil)
	want, seen := errors.New("enough"), 0
	if err := s.Dump(func(Entry) error { seen++; return want }); err != want || seen != 1 {
		t.Errorf("%v after %d entries", err, seen)
	}
	s.Close()
	if err := s.Dump(func(Entry) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestDumpRefusesAFreeWordWithBits(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, opts...)
			p, _ := pair(t, s)
			must(t, p.TrySend([]byte("12345678")))
			mem.Store(s.ring.Word(0), 5)
			want(t, "Dump", s.Dump(func(Entry) error { return nil }), ErrCorrupt)
		})
	}
}

func TestADumpDoesNotGoBackWithMarksThatDo(t *testing.T) {
	s := heap(t)
	p := producer(t, s)
	must(t, p.TrySend([]byte("seen")))
	d := dump{seg: s, ring: &s.ring, ctl: s.control()}
	if e, err := d.next(); err != nil || e == nil {
		t.Fatal(e, err)
	}
	mem.Store(&s.control().ZeroingTo, 1<<40) // just while we check
	if !d.reclaimed() {
		t.Fatal("not overtaken")
	}
	mem.Store(&s.control().ZeroingTo, 0)
	if e, err := d.next(); e != nil || err != nil {
		t.Errorf("got %v, %v, want the end", e, err)
	}
}
