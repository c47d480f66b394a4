package shmring

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/json"
)

func TestAPlainValueTakesNoMoreRoomThanItsBytes(t *testing.T) {
	s := heap(t)
	p, _ := pair(t, s)
	k, v := bincode.Of[order](), orderOf(3)
	n, _ := k.Size(&v)
	for _, c := range []struct {
		opts   []SenderOption
		header int
	}{{nil, 8}, {[]SenderOption{WithType(0, 1)}, 16}} {
		before := p.ring.Position()
		if err := NewSender(p, k, c.opts...).Send(ctx, &v); err != nil {
			t.Fatal(err)
		}
		equal(t, p.ring.Position()-before, uint64(c.header+n+7)&^7)
	}
}

// liar is a codec that does not keep its word.
type liar struct {
	codec.Codec[uint64]
	size   int
	append func(dst []byte) []byte
	err    error
}

func (l liar) Name() string                                 { return "liar" }
func (l liar) Size(*uint64) (int, error)                    { return l.size, nil }
func (l liar) Append(dst []byte, _ *uint64) ([]byte, error) { return l.append(dst), l.err }
func eight(dst []byte) []byte                               { return binary.LittleEndian.AppendUint64(dst, 1) }

// inPlace makes s encode the next value in the ring, as it does after a large one.
func inPlace[T any](s *Sender[T]) *Sender[T] {
	s.small = false
	return s
}

func TestAnEncodingThatBreaksItsPromiseIsNotSent(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		t.Run(kind.String(), func(t *testing.T) { testBrokenPromises(t, heap(t, WithKind(kind))) })
	}
}

func testBrokenPromises(t *testing.T, segment *Segment) {
	p, c := pair(t, segment)
	broken := errors.New("broken")
	for name, l := range map[string]struct {
		liar
		want error
	}{
		"longer":    {liar{size: 4, append: eight}, ErrMiscounted},
		"shorter":   {liar{size: 16, append: eight}, ErrMiscounted},
		"elsewhere": {liar{size: 8, append: func([]byte) []byte { return make([]byte, 8) }}, ErrMiscounted},
		"nothing":   {liar{size: 8, append: func([]byte) []byte { return nil }}, ErrMiscounted},
		"failing":   {liar{size: 8, append: eight, err: broken}, broken},
	} {
		t.Run(name, func(t *testing.T) {
			var v uint64
			err := inPlace(NewSender[uint64](p, l)).Send(ctx, &v)
			var detail *EncodeError
			if !errors.Is(err, l.want) || !errors.As(err, &detail) || detail.Codec != "liar" {
				t.Fatal(err)
			}
			if _, err := c.TryRecv(nil); err != ErrEmpty {
				t.Fatalf("something was sent: %v", err)
			}
			if i := slices.IndexFunc(p.ring.Span(0, p.ring.Capacity()), func(b byte) bool { return b != 0 }); i >= 0 && p.ring.Kind() == SPSC {
				t.Fatalf("byte %d of the ring was left behind", i)
			}
		})
	}
	var v uint64
	sender := inPlace(NewSender[uint64](p, liar{size: 8, append: func([]byte) []byte { panic("in a hook") }}))
	func() {
		defer func() { recover() }()
		sender.TrySend(&v)
	}()
	nested := inPlace(NewSender[uint64](p, liar{size: 8, append: func(dst []byte) []byte {
		if err := p.TrySend(nil); !errors.Is(err, ErrBusy) {
			t.Errorf("sending while a value is being encoded: %v", err)
		}
		return eight(dst)
	}}))
	for _, s := range []*Sender[uint64]{nested, NewSender(p, bincode.Of[uint64]())} {
		if err := s.TrySend(&v); err != nil {
			t.Errorf("after a panic in the codec: %v", err)
		}
	}
}

func TestValuesThatCannotBeEncodedAreErrors(t *testing.T) {
	p, c := pair(t, heap(t))
	bad := make(chan int)
	var detail *EncodeError
	if err := NewSender(p, bincode.Of[chan int]()).Send(ctx, &bad); !errors.As(err, &detail) || !errors.Is(err, bincode.ErrType) {
		t.Error(err)
	}
	if err := NewSender(p, json.Of[chan int]()).Send(ctx, &bad); !errors.As(err, &detail) || detail.Codec != "json" {
		t.Error(err)
	}
	big := order{Data: make([]byte, 2<<20)}
	for _, k := range codecs() {
		if err := NewSender(p, k).Send(ctx, &big); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
	}
	if _, err := c.TryRecv(nil); err != ErrEmpty {
		t.Error(err)
	}
}

func TestSendersOutliveOtherHandlesOfTheirSegment(t *testing.T) {
	for name, k := range codecs() {
		for _, opts := range [][]SenderOption{nil, {WithType(1, 1)}} {
			segment := heap(t)
			p, c := pair(t, segment)
			c.Close() // from here on every call looks which handle it was
			s, v := NewSender(p, k, opts...), orderOf(5)
			if err := errors.Join(s.Send(ctx, &v), s.TrySend(&v)); err != nil {
				t.Fatal(err)
			}
			c, err := segment.Consumer()
			if err != nil {
				t.Fatal(err)
			}
			r := NewReceiver(c, k)
			for range 2 {
				var got order
				if err := r.TryRecv(&got); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				equal(t, got, v)
			}
		}
	}
}

func TestAnEncodingThatFailsLeavesNothingToReceive(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			p, c := pair(t, heap(t, opts...))
			broken := errors.New("broken")
			var v uint64
			odd := func(dst []byte) []byte { return append(dst, "thirteen byte"...) }
			for range 3 {
				want(t, "Send", inPlace(NewSender[uint64](p, liar{size: 13, append: odd, err: broken})).Send(ctx, &v), broken)
				if _, err := c.TryRecv(nil); err != ErrEmpty {
					t.Fatalf("TryRecv: got %v, want ErrEmpty", err)
				}
			}
			must(t, p.TrySend([]byte("next")))
			expect(t, c, "next")
		})
	}
}

func TestAReservationThatHasEndedIsNotWhatASenderEncodesInto(t *testing.T) {
	p, c := pair(t, heap(t))
	r, err := p.TryReserve(8)
	must(t, err)
	must(t, r.Commit())
	expect(t, c, string(make([]byte, 8)))
	meddle := func(dst []byte) []byte {
		want(t, "a second Commit", r.Commit(), ErrClosed)
		r.Abort()
		return append(dst, "12345678"...)
	}
	must(t, inPlace(NewSender(p, liar{size: 8, append: meddle})).Send(ctx, new(uint64)))
	expect(t, c, "12345678")
}
