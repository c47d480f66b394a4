package ring

import (
	"errors"
	"io"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestWordsThatNoPeerWritesAreViolationsForGood(t *testing.T) {
	committed := func(slot, flags, length uint32) layout.Word {
		return layout.MakeWord(layout.Committed, slot, 1, uint8(flags), length)
	}
	for name, w := range map[string]layout.Word{
		"longer than the ring":                committed(1, 0, 64),
		"as long as a word can say":           committed(1, 0, ^uint32(0)),
		"the consumer's slot":                 committed(0, 0, 8),
		"a slot that there is not":            committed(testSlots, 0, 8),
		"unknown flags":                       committed(1, 0x80, 8),
		"a checksum without an extension":     committed(1, uint32(layout.FlagChecksum), 8),
		"an extension beyond the ring":        committed(1, uint32(layout.FlagExtension), 56),
		"a pad of no bytes":                   layout.MakeWord(layout.Pad, 1, 1, 0, 0),
		"a pad of seven bytes":                layout.MakeWord(layout.Pad, 1, 1, 0, 7),
		"a pad beyond the ring":               layout.MakeWord(layout.Pad, 1, 1, 0, 72),
		"a claim beyond the ring":             layout.MakeWord(layout.Claimed, 1, 1, 0, 72),
		"a free word that is not zero":        layout.Word(1),
		"a free word with a slot and nothing": layout.MakeWord(layout.Free, 1, 1, 0, 0),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, layout.MPSC, 64, false)
			f.producer()
			c := f.consumer()
			f.put(0, w)
			var bad *Violation
			if _, err := c.Find(); !errors.As(err, &bad) || bad.Position != 0 || bad.Word != uint64(w) {
				t.Fatalf("got %v, want a Violation of word %#x at 0", err, uint64(w))
			}
			f.put(0, committed(1, 0, 8))
			if _, err := c.Find(); !errors.As(err, &bad) {
				t.Errorf("after a correct word: got %v, want the Violation again", err)
			}
			if got := mem.Load(&f.ctl.Corrupt); got != 1 {
				t.Errorf("%d violations are counted, want 1", got)
			}
		})
	}
}

func TestTheFastPathTakesPlainCommittedWordsOnly(t *testing.T) {
	f := newFixture(t, layout.MPSC, 64, false)
	c := f.consumer()
	for _, w := range []layout.Word{
		0, layout.MakeWord(layout.Claimed, 1, 1, 0, 8), layout.MakeWord(layout.Pad, 1, 1, 0, 8),
		layout.MakeWord(layout.Committed, 1, 1, layout.FlagExtension, 8), layout.MakeWord(layout.Committed, 1, 1, layout.FlagMore, 8),
		layout.MakeWord(layout.Committed, 1, 1, 0, 64),
	} {
		n := uint64(w.Length())
		if c.Fast(0, w, n, layout.RecordSize(layout.WordSize, n)) {
			t.Errorf("the fast path takes %v", w)
		}
	}
	if w := layout.MakeWord(layout.Committed, 3, 77, 0, 8); !c.Fast(0, w, 8, 16) {
		t.Errorf("the fast path does not take %v", w)
	}
}

func TestTheClaimOfADeadProducerBecomesAPad(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	dead, p, c := f.producer(), f.producer(), f.consumer()
	if _, err := dead.Alloc(40, false); err != nil {
		t.Fatal(err)
	}
	f.send(p, "behind it")
	f.nothing(c, ErrEmpty)
	if !c.Blocked() || mem.Load(&f.ctl.BlockedPos) != 1 || mem.Load32(&f.ctl.BlockedSlot) != 1 {
		t.Fatalf("a living producer's claim: blocked %v by slot %d", c.Blocked(), f.ctl.BlockedSlot)
	}
	f.kill(1)
	f.receive(c, "behind it")
	if got := mem.Load(&f.ctl.Recovered); got != 1 {
		t.Errorf("%d repairs are counted, want 1", got)
	}
}

func TestTheClaimOfASlotsLastOwnerBecomesAPad(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	dead, c := f.producer(), f.consumer()
	if _, err := dead.Alloc(40, false); err != nil {
		t.Fatal(err)
	}
	f.kill(1)
	heir := f.producer() // takes the same slot, with the next generation
	if heir.index != 1 {
		t.Fatalf("the successor has slot %d", heir.index)
	}
	f.send(heir, "behind it")
	f.receive(c, "behind it")
}

func TestAGapBelowALivingIntentIsNotPadded(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	one, two, c := f.producer(), f.producer(), f.consumer()
	// Both are between their claim and its mark: one has claimed [0, 16), two [16, 32).
	mem.Store(&one.slot.Intent, 1)
	mem.Store(&two.slot.Intent, 17)
	mem.Store(&f.ctl.Tail, 32)
	f.nothing(c, ErrEmpty)
	if !c.Blocked() {
		t.Fatal("both live, and nobody is waited for")
	}
	f.kill(1)
	f.nothing(c, ErrEmpty)
	if got := c.Position(); got != 16 || !c.Blocked() {
		t.Errorf("the consumer is at %d, blocked %v, want 16 and blocked", got, c.Blocked())
	}
	if got := mem.Load(&f.ctl.Recovered); got != 1 {
		t.Errorf("%d repairs are counted, want 1", got)
	}
	f.kill(2)
	c.LookThoroughly()
	var died *DiedError
	if _, err := c.Find(); !errors.As(err, &died) || died.More != 1 {
		t.Errorf("both died: got %v, want a DiedError of two", err)
	}
}

func TestReleasedBytesAreZeroBeforeTheyAreGivenBack(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 256, false)
		p, c := f.producer(), f.consumer()
		for range 6 {
			f.send(p, "abcdefgh")
			f.receive(c, "abcdefgh")
			for i, b := range f.data[:mem.Load(&f.ctl.Head)] {
				if b != 0 {
					t.Fatalf("head is at %d, and byte %d is not zero", f.ctl.Head, i)
				}
			}
		}
		f.nothing(c, ErrEmpty)
		if got := mem.Load(&f.ctl.Head); got != 96 {
			t.Errorf("head is at %d, want 96: an idle consumer keeps nothing", got)
		}
	})
}

func TestLentRecordsAreNotGivenBack(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 64, false)
		p, c := f.producer(), f.consumer()
		for range 4 {
			f.send(p, "12345678")
		}
		for range 4 {
			found, err := c.Find()
			if err != nil {
				t.Fatal(err)
			}
			c.StepLent(found.Word.Total(), 8)
		}
		f.nothing(c, ErrAllLent)
		if got := mem.Load(&f.ctl.Head); got != 0 {
			t.Errorf("head is at %d while everything is lent", got)
		}
		if got := mem.Load(&f.ctl.Released); got != 0 {
			t.Errorf("a successor would begin at %d, want 0", got)
		}
		c.ReleaseLent()
		if head, released := mem.Load(&f.ctl.Head), mem.Load(&f.ctl.Released); head != 64 || released != 64 {
			t.Errorf("after the release: head %d, released %d, want 64", head, released)
		}
	})
}

func TestASuccessorFinishesAZeroing(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	p, c := f.producer(), f.consumer()
	for range 3 {
		f.send(p, "abcdefgh")
	}
	_ = c
	f.kill(0)
	mem.Store(&f.ctl.Released, 32)
	mem.Store(&f.ctl.ZeroingTo, 32)
	mem.Store(f.Word(0), 0) // that far it came
	heir := f.consumer()
	if head := mem.Load(&f.ctl.Head); head != 32 {
		t.Errorf("head is at %d, want 32", head)
	}
	for i, b := range f.data[:32] {
		if b != 0 {
			t.Fatalf("byte %d is not zero", i)
		}
	}
	f.receive(heir, "abcdefgh")
	f.nothing(heir, ErrEmpty)
}

func TestMarksThatContradictEachOtherAreRefused(t *testing.T) {
	for _, set := range []func(ctl *layout.Control){
		func(ctl *layout.Control) { ctl.Head = 4 },
		func(ctl *layout.Control) { ctl.ZeroingTo = 3 },
		func(ctl *layout.Control) { ctl.Released = 1 },
		func(ctl *layout.Control) { ctl.ZeroingTo = 512 },
		func(ctl *layout.Control) { ctl.Released = 512 },
	} {
		f := newFixture(t, layout.MPSC, 256, false)
		set(f.ctl)
		_, err := f.AttachConsumer(new(Consumer), false)
		var bad *Violation
		if !errors.As(err, &bad) {
			t.Errorf("got %v, want a Violation", err)
		}
		if held, _ := f.slots.Alive(0); held {
			t.Error("a consumer that was refused keeps its lease")
		}
	}
}

func TestTheEndOfAStreamIsCleanOrADeath(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 256, false)
		c := f.consumer()
		f.nothing(c, ErrEmpty) // nobody has ever come

		p := new(Producer)
		taken, err := f.AttachProducer(p)
		if err != nil {
			t.Fatal(err)
		}
		f.send(p, "last")
		p.Detach()
		taken.Lease.Release()
		f.receive(c, "last")
		f.nothing(c, io.EOF)
		f.nothing(c, io.EOF)

		p = f.producer()
		f.nothing(c, ErrEmpty) // alive again
		f.send(p, "before death")
		f.kill(p.index)
		f.receive(c, "before death")
		c.LookThoroughly()
		var died *DiedError
		if _, err := c.Find(); !errors.As(err, &died) || died.Slot != int(p.index) || died.More != 0 {
			t.Fatalf("got %v, want a DiedError of slot %d", err, p.index)
		}
		if got := mem.Load(&f.ctl.Deaths); got != 1 {
			t.Errorf("%d deaths are counted, want 1", got)
		}
		if _, state := layout.SplitStatus(mem.Load(&p.slot.Status)); state != layout.SlotReaped {
			t.Errorf("the slot's state is %d, want reaped", state)
		}
	})
}

func TestAnEndIsNotReportedTwiceAcrossConsumers(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	c := f.consumer()
	p := f.producer()
	f.kill(p.index)
	c.LookThoroughly()
	var died *DiedError
	if _, err := c.Find(); !errors.As(err, &died) {
		t.Fatalf("got %v, want a DiedError", err)
	}
	f.kill(0)
	heir := f.consumer()
	heir.LookThoroughly()
	f.nothing(heir, ErrEmpty)
}

func TestAWrongChecksumIsAViolationThatPoisonsNothing(t *testing.T) {
	f := newFixture(t, layout.SPSC, 256, true)
	p, c := f.producer(), f.consumer()
	f.send(p, "spoilt")
	f.send(p, "good")
	f.data[2*layout.WordSize] ^= 1
	found, err := c.Find()
	if err != nil {
		t.Fatal(err)
	}
	var bad *Violation
	if err := c.Verify(found, found.Payload); !errors.As(err, &bad) {
		t.Fatalf("got %v, want a Violation", err)
	}
	c.Skip(found.Word)
	if found, err = c.Find(); err != nil || c.Verify(found, found.Payload) != nil || string(found.Payload) != "good" {
		t.Fatalf("the next one: got %q, %v", found.Payload, err)
	}
}

// Whoever waits looks again as long as Ready says so: what a look has seen must not count as new.
func TestALookAtAnOpenClaimLeavesNothingToLookAt(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	p := f.producer()
	if _, err := p.Alloc(40, false); err != nil {
		t.Fatal(err)
	}
	c := f.consumer()
	f.nothing(c, ErrEmpty)
	if !c.Blocked() || c.Ready() {
		t.Errorf("blocked %v, ready %v, want blocked and nothing to look at", c.Blocked(), c.Ready())
	}
}

func TestALookIsBoundedAndSaysSo(t *testing.T) {
	const capacity = 1 << 20
	for name, fill := range map[string]func(f *fixture){
		"pads": func(f *fixture) {
			for at := uint64(0); at < capacity; at += layout.WordSize {
				f.put(at, layout.MakeWord(layout.Pad, 1, 1, 0, layout.WordSize))
			}
		},
		"claims of the dead": func(f *fixture) {
			for at := uint64(0); at < capacity; at += layout.WordSize {
				f.put(at, layout.MakeWord(layout.Claimed, 2, 9, 0, layout.WordSize))
			}
		},
		"a gap": func(*fixture) {},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, layout.MPSC, capacity, false)
			f.producer()
			c := f.consumer()
			fill(f)
			mem.Store(&f.ctl.Tail, capacity)
			looks := 0
			for ; c.Position() < capacity; looks++ {
				before := c.Position()
				f.nothing(c, ErrEmpty)
				if c.Position() < capacity && (!c.Ready() || c.Position() == before) {
					t.Fatalf("at %d after %d looks: ready %v", c.Position(), looks, c.Ready())
				}
			}
			if looks < 2 && name != "a gap" {
				t.Errorf("%d looks went through the whole ring", looks)
			}
		})
	}
}

func TestDeathsAreMarkedOnceWhoeverElseLives(t *testing.T) {
	f := newFixture(t, layout.MPSC, 256, false)
	f.producer()
	dead := f.producer()
	f.producer()
	c := f.consumer()
	f.kill(dead.index)
	for range 3 {
		if err := c.MarkDeaths(); err != nil {
			t.Fatal(err)
		}
	}
	if _, state := layout.SplitStatus(mem.Load(&dead.slot.Status)); state != layout.SlotDead || mem.Load(&f.ctl.Deaths) != 1 {
		t.Errorf("the slot's state is %d, %d deaths are counted, want dead and 1", state, mem.Load(&f.ctl.Deaths))
	}
}

// dying is a table of leases whose holders do something before a probe finds them dead.
type dying struct {
	lease.Table
	last func()
}

func (d *dying) Held(off int64) (bool, error) {
	if d.last != nil {
		d.last()
		d.last = nil
	}
	return d.Table.Held(off)
}

func TestWhatWasCommittedBeforeADeathComesBeforeTheEnd(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 256, false)
		p, c := f.producer(), f.consumer()
		f.slots.Leases = &dying{f.leases, func() { // between the look at the header and the probe of the lease
			f.send(p, "last")
			f.kill(p.index)
		}}
		c.LookThoroughly()
		f.receive(c, "last")
		var died *DiedError
		c.LookThoroughly()
		if _, err := c.Find(); !errors.As(err, &died) {
			t.Errorf("got %v, want a DiedError", err)
		}
	})
}
