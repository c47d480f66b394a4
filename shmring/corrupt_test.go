package shmring

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestAFlippedPayloadBitIsCorruptAndTheNextRecordIsGood(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, k := range takers {
			for _, way := range senders {
				t.Run(kind.String()+"/"+k.name+"/"+way.name, func(t *testing.T) {
					s := heap(t, WithKind(kind), WithChecksum())
					p, c := pair(t, s)
					for at := range 3 { // first, middle and last byte
						pos := c.ring.Position()
						must(t, way.send(p, make([]byte, 21)))
						must(t, way.send(p, []byte("good")))
						s.ring.Span(pos+16, 21)[at*10] ^= 0x10
						_, err := k.take(c, nil)
						var e *CorruptError
						if !errors.Is(err, ErrCorrupt) || !errors.As(err, &e) || e.Position != pos || e.Word == 0 || e.Reason == "" {
							t.Fatalf("byte %d: got %v, want a CorruptError at %d", at*10, err, pos)
						}
						got, err := k.take(c, nil)
						if err != nil || string(got) != "good" {
							t.Fatalf("the next record: %q, %v", got, err)
						}
					}
					if st := s.Stats(); st.Corrupt != 3 || st.Received != 3 {
						t.Errorf("stats: %+v", st)
					}
				})
			}
		}
	}
}

func TestARecordWithoutItsChecksumIsCorrupt(t *testing.T) {
	s := heap(t, WithChecksum())
	p, c := pair(t, s)
	must(t, p.TrySend([]byte("12345678")))
	// The same bytes, as a record that claims to need no checksum.
	mem.Store(s.ring.Word(0), uint64(layout.MakeWord(layout.Committed, 1, 1, 0, 16)))
	_, err := c.TryRecv(nil)
	want(t, "TryRecv", err, ErrCorrupt)
	must(t, p.TrySend([]byte("good")))
	expect(t, c, "good")
}

func TestWordsThatNoPeerWritesPoisonTheConsumer(t *testing.T) {
	word := layout.MakeWord
	for name, w := range map[string]layout.Word{
		"unknown flags":          word(layout.Committed, 1, 1, 0x40, 8),
		"a slot beyond the last": word(layout.Committed, 9, 1, layout.FlagExtension, 8),
		"beyond the ring":        word(layout.Committed, 1, 1, 0, layout.MinCapacity),
		"four gigabytes":         word(layout.Committed, 1, 1, 0, 1<<32-1),
		"an endless pad":         word(layout.Pad, 0, 0, 0, 0),
		"an unaligned pad":       word(layout.Pad, 0, 0, 0, 12),
		"a pad beyond the ring":  word(layout.Pad, 0, 0, 0, 1<<32-8),
		"a claim beyond":         word(layout.Claimed, 1, 1, 0, 1<<31),
		"a free word with bits":  word(layout.Free, 1, 1, 0, 8),
		"ones":                   ^layout.Word(0),
	} {
		for shape, opts := range rings {
			t.Run(shape+"/"+name, func(t *testing.T) {
				opts := append(slices.Clone(opts), WithCapacity(layout.MinCapacity))
				if strings.HasPrefix(shape, "mpsc") {
					opts = append(opts, WithMaxProducers(2))
				}
				s := heap(t, opts...)
				p, c := pair(t, s)
				must(t, p.TrySend([]byte("12345678")))
				mem.Store(s.ring.Word(0), uint64(w))
				for range 2 {
					for verb, call := range consumerCalls(soon(t), c) {
						err := call()
						var r *layout.RecordError
						if !errors.Is(err, ErrCorrupt) || !errors.As(err, &r) || r.Word != w {
							t.Errorf("%s: got %v, want ErrCorrupt with a RecordError of %v", verb, err, w)
						}
					}
				}
				if st := s.Stats(); st.Corrupt != 1 {
					t.Errorf("counted %d violations, want 1", st.Corrupt)
				}
				must(t, c.Close())
			})
		}
	}
}

func TestAProducerDistrustsTheHead(t *testing.T) {
	for name, opts := range rings {
		for what, head := range map[string]uint64{
			"misaligned": 3, "beyond the tail": 1 << 40, "at the end of numbers": ^uint64(0) &^ 7,
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				s := heap(t, append(opts, WithCapacity(layout.MinCapacity))...)
				p := producer(t, s)
				for p.TrySend(make([]byte, 8)) == nil {
				}
				mem.Store(&s.control().Head, head)
				for verb, call := range producerCalls(soon(t), p) {
					want(t, verb, call(), ErrCorrupt)
				}
			})
		}
	}
	t.Run("gone back", func(t *testing.T) {
		s := heap(t, WithCapacity(layout.MinCapacity))
		p, c := pair(t, s)
		for range 3 {
			for p.TrySend(make([]byte, 8)) == nil {
			}
			_, err := c.Drain(0, func(Record) error { return nil })
			must(t, err)
			_, err = c.TryRecv(nil)
			want(t, "drained", err, ErrEmpty)
		}
		for p.TrySend(make([]byte, 8)) == nil {
		}
		mem.Store(&s.control().Head, 0)
		want(t, "TrySend", p.TrySend(nil), ErrCorrupt)
	})
}

func TestContradictoryIndicesAreRefusedAtAttachment(t *testing.T) {
	const far = uint64(1) << 40
	for name, c := range map[string]struct {
		spoil    func(*layout.Control)
		producer bool // it notices, too
	}{
		"head misaligned":     {func(c *layout.Control) { c.Head = 1 }, true},
		"zeroing misaligned":  {func(c *layout.Control) { c.ZeroingTo = 4 }, true},
		"released misaligned": {func(c *layout.Control) { c.Released = 4 }, false},
		"zeroing far ahead":   {func(c *layout.Control) { c.ZeroingTo = far }, true},
		"released far ahead":  {func(c *layout.Control) { c.Released = far }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := heap(t)
			c.spoil(s.control())
			_, err := s.Consumer()
			want(t, "Consumer", err, ErrCorrupt)
			p, err := s.Producer()
			if c.producer {
				want(t, "Producer", err, ErrCorrupt)
			} else if must(t, err); p == nil {
				t.Error("no producer")
			}
			// A refused attachment takes nothing with it.
			*s.control() = layout.Control{}
			must(t, consumer(t, s).Close())
		})
	}
}

func TestAnMPSCTailThatLiesIsCorrupt(t *testing.T) {
	for what, tail := range map[string]uint64{"misaligned": 5, "far ahead": 1 << 40} {
		t.Run(what, func(t *testing.T) {
			s := heap(t, WithKind(MPSC))
			p, c := pair(t, s)
			mem.Store(&s.control().Tail, tail)
			want(t, "TrySend", p.TrySend(nil), ErrCorrupt)
			_, err := c.TryRecv(nil)
			want(t, "TryRecv", err, ErrCorrupt)
			if mem.Load(&p.ring.Slot().Intent) != 0 {
				t.Error("the intent stayed behind")
			}
		})
	}
}

func TestAPoisonedConsumerStaysPoisoned(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, opts...)
			p, c := pair(t, s)
			must(t, p.TrySend([]byte("12345678")))
			good := mem.Load(s.ring.Word(0))
			mem.Store(s.ring.Word(0), ^uint64(0))
			_, err := c.TryRecv(nil)
			want(t, "TryRecv", err, ErrCorrupt)
			mem.Store(s.ring.Word(0), good)
			for verb, call := range consumerCalls(soon(t), c) {
				want(t, verb, call(), ErrCorrupt)
			}
		})
	}
}
