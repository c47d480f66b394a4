package ring

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestRecordsTakeTheSpaceThatTheFormatSays(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		for n := range 40 {
			f := newFixture(t, kind, 256, false)
			p := f.producer()
			f.send(p, strings.Repeat("x", n))
			if got, want := mem.Load(&f.ctl.Tail), layout.RecordSize(layout.WordSize, uint64(n)); got != want {
				t.Errorf("%d bytes: the tail is at %d, want %d", n, got, want)
			}
		}
	})
}

func TestTheRingIsFullWhenNoByteIsLeft(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 64, false)
		p, c := f.producer(), f.consumer()
		for lap := range 5 {
			for i := range 4 {
				f.send(p, fmt.Sprintf("%d.%d.....", lap, i))
			}
			if _, err := p.Alloc(0, false); err != ErrFull {
				t.Fatalf("lap %d: got %v, want ErrFull", lap, err)
			}
			for i := range 4 {
				f.receive(c, fmt.Sprintf("%d.%d.....", lap, i))
			}
			f.nothing(c, ErrEmpty) // gives everything back
		}
	})
}

func TestARecordDoesNotStraddleTheEndOfTheRing(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 64, false)
		p, c := f.producer(), f.consumer()
		f.send(p, "forty bytes and a header make forty-eight..."[:40])
		f.receive(c, "forty bytes and a header make forty-eight..."[:40])
		f.nothing(c, ErrEmpty)
		f.send(p, "sixteen bytes ok") // 24 bytes where 16 are left
		if w := layout.Word(mem.Load(f.Word(48))); w.State() != layout.Pad || w.Length() != 16 {
			t.Errorf("at the end of the ring lies %v, want a pad of 16 bytes", w)
		}
		f.receive(c, "sixteen bytes ok")
		if got := c.Position(); got != 64+24 {
			t.Errorf("the consumer is at %d, want 88", got)
		}
	})
}

func TestWhatIsLeftOfAClaimIsAPad(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 256, false)
		p, c := f.producer(), f.consumer()
		claim, err := p.Alloc(100, true)
		if err != nil {
			t.Fatal(err)
		}
		copy(p.Payload(claim), "abc")
		p.Commit(claim, 3, Meta{Type: 7, Version: 9})
		claim, err = p.Alloc(20, false)
		if err != nil {
			t.Fatal(err)
		}
		p.Abort(claim)
		f.send(p, "next")
		found, err := c.Find()
		if err != nil || string(found.Payload) != "abc" || found.Ext.Type() != 7 || found.Ext.Version() != 9 {
			t.Fatalf("found %+v, %v", found, err)
		}
		c.StepCopied(found.Word)
		f.receive(c, "next")
	})
}

func TestABatchIsOnePublication(t *testing.T) {
	for _, checksum := range []bool{false, true} {
		eachKind(t, func(t *testing.T, kind layout.Kind) {
			f := newFixture(t, kind, 256, checksum)
			p, c := f.producer(), f.consumer()
			batch := [][]byte{[]byte("one"), nil, []byte("three"), []byte("four")}
			n, err := p.SendBatch(batch)
			if n != len(batch) || err != nil {
				t.Fatalf("sent %d, %v", n, err)
			}
			for _, b := range batch {
				f.receive(c, string(b))
			}
			f.nothing(c, ErrEmpty)
		})
	}
}

func TestAForgedHeadIsAViolation(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		for _, head := range []uint64{1, 4, 1 << 40, ^uint64(0) - 7} {
			f := newFixture(t, kind, 64, false)
			p := f.producer()
			for range 4 {
				f.send(p, "12345678")
			}
			mem.Store(&f.ctl.Head, head)
			_, err := p.Alloc(8, false)
			var bad *Violation
			if !errors.As(err, &bad) {
				t.Errorf("head %d: got %v, want a Violation", head, err)
			}
		}
	})
}

func TestAForgedTailIsAViolationForAnMPSCProducer(t *testing.T) {
	for _, tail := range []uint64{4, 65, 1 << 40} {
		f := newFixture(t, layout.MPSC, 64, false)
		p := f.producer()
		mem.Store(&f.ctl.Tail, tail)
		_, err := p.Alloc(8, false)
		var bad *Violation
		if !errors.As(err, &bad) {
			t.Errorf("tail %d: got %v, want a Violation", tail, err)
		}
		if mem.Load(&p.slot.Intent) != 0 {
			t.Errorf("tail %d: the intent stays behind", tail)
		}
	}
}

func TestTheFastPathsStopWhereTheSlowOnesMustDecide(t *testing.T) {
	f := newFixture(t, layout.SPSC, 64, false)
	p := f.producer()
	if p.FitsMPSC(p.Tail(), 16, 8) {
		t.Error("an SPSC producer claims as one of many")
	}
	for range 4 {
		if !p.FitsSPSC(16, 8) {
			t.Fatal("there is space, and the fast path is closed")
		}
		p.AllocFastSPSC(16)
	}
	if p.FitsSPSC(8, 0) {
		t.Error("the fast path goes beyond the end of the ring")
	}

	f = newFixture(t, layout.MPSC, 64, false)
	p = f.producer()
	if p.FitsSPSC(16, 8) {
		t.Error("an MPSC producer allocates as the only one")
	}
	for range 4 {
		pos := p.Tail()
		if !p.FitsMPSC(pos, 16, 8) || !p.TryClaim(pos, 16, p.ClaimWord(16)) {
			t.Fatal("there is space, and the fast path is closed")
		}
	}
	if p.FitsMPSC(p.Tail(), 8, 0) {
		t.Error("the fast path overtakes head")
	}
	if p.TryClaim(0, 16, p.ClaimWord(16)) {
		t.Error("a claim succeeds where the tail is no more")
	}
	p.Pause()
	if p.FitsMPSC(0, 8, 0) {
		t.Error("the fast path is open although it was paused")
	}
}

func TestASuccessorClearsTheTornBytesOfADeadSPSCProducer(t *testing.T) {
	f := newFixture(t, layout.SPSC, 64, false)
	p, c := f.producer(), f.consumer()
	f.send(p, "whole")
	copy(f.data[16+8:], "torn bytes that look like a header")
	f.kill(1)
	heir := f.producer()
	if got := heir.Position(); got != 16 {
		t.Fatalf("the successor begins at %d, want 16", got)
	}
	for i, b := range f.data[16:] {
		if b != 0 {
			t.Fatalf("byte %d was left behind", 16+i)
		}
	}
	f.send(heir, "next")
	f.receive(c, "whole")
	f.receive(c, "next")
}

func TestASlotThatALivingProducerHoldsIsNotTaken(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 64, false)
		for range len(f.slots.Table) - 1 {
			f.producer()
		}
		_, err := f.AttachProducer(new(Producer))
		var held *HeldError
		if kind == layout.SPSC && !errors.As(err, &held) || kind == layout.MPSC && err != ErrNoSlot {
			t.Fatalf("one too many: got %v", err)
		}
		f.kill(1)
		p := new(Producer)
		taken, err := f.AttachProducer(p)
		if err != nil || taken.Slot != 1 || !taken.Died || !taken.Torn || taken.Generation != 2 {
			t.Errorf("after a death: got %+v, %v, want slot 1, generation 2, of a dead owner", taken, err)
		}
	})
}

// The claim of the pad may be all that a full ring lets a producer do: the consumer must hear of it.
func TestThePadAtTheEndOfTheRingWakesTheConsumer(t *testing.T) {
	eachKind(t, func(t *testing.T, kind layout.Kind) {
		f := newFixture(t, kind, 64, false)
		p := f.producer()
		f.send(p, "forty bytes and a header make forty-eight..."[:40])
		seq := mem.Load32(&f.ctl.DataSeq)
		mem.Store32(&f.ctl.DataWait, layout.WaitFlag) // the consumer sleeps
		if _, err := p.Alloc(40, false); err != ErrFull {
			t.Fatalf("got %v, want ErrFull", err)
		}
		if mem.Load32(&f.ctl.DataWait) != 0 || mem.Load32(&f.ctl.DataSeq) == seq {
			t.Error("the consumer sleeps on")
		}
	})
}

// A producer that was overtaken has an intent. It must not keep it when it gives up, or the consumer would wait for it.
func TestEveryWayOutOfAnAllocationClearsTheIntent(t *testing.T) {
	for name, spoil := range map[string]func(f *fixture){
		"full":                  func(f *fixture) { mem.Store(&f.ctl.Tail, 64) },
		"an unaligned tail":     func(f *fixture) { mem.Store(&f.ctl.Tail, 3) },
		"a tail beyond":         func(f *fixture) { mem.Store(&f.ctl.Tail, 1<<40) },
		"a head that went back": func(f *fixture) { mem.Store(&f.ctl.Tail, 64); mem.Store(&f.ctl.Head, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, layout.MPSC, 64, false)
			p := f.producer()
			mem.Store(&p.slot.Intent, 1) // of an attempt that was overtaken
			spoil(f)
			if _, err := p.Alloc(8, false); err == nil {
				t.Fatal("there is no space, and no error")
			}
			if got := mem.Load(&p.slot.Intent); got != 0 {
				t.Errorf("the intent stays behind: %d", got)
			}
		})
	}
}
