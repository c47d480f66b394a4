package shmring

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/json"
)

type order struct {
	ID    uint64
	Price float64
	Name  string
	Tags  []string
	Data  []byte
}

func orderOf(i int) order {
	return order{uint64(i), float64(i) / 4, "order", []string{"a", "bc"}, bytes.Repeat([]byte{byte(i)}, 1+i%50)}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func codecs() map[string]codec.Codec[order] {
	return map[string]codec.Codec[order]{"bincode": bincode.Of[order](), "json": json.Of[order]()}
}

func TestValuesArriveAsTheyWereSent(t *testing.T) {
	for name, k := range codecs() {
		for kind, opts := range map[string][]Option{
			"spsc": {WithCapacity(4096)}, "mpsc": {WithCapacity(4096), WithKind(MPSC)}, "checksum": {WithCapacity(4096), WithChecksum()},
		} {
			for typ, sending := range map[string][]SenderOption{"plain": nil, "typed": {WithType(7, 3)}} {
				t.Run(name+"/"+kind+"/"+typ, func(t *testing.T) {
					p, c := pair(t, heap(t, opts...))
					const n = 1000
					go func() {
						defer p.Close()
						s := NewSender(p, k, sending...)
						for i := range n {
							v := orderOf(i)
							if err := s.Send(ctx, &v); err != nil {
								t.Error(err)
								return
							}
						}
					}()
					r, i := NewReceiver(c, k), 0
					var all []order
					for v, err := range r.All(ctx) {
						if err != nil {
							t.Fatal(err)
						}
						if wantTyped := typ == "typed"; (r.Last().Type == 7 && r.Last().Version == 3) != wantTyped || r.Last().Payload != nil {
							t.Fatalf("record %d came with %+v", i, r.Last())
						}
						all = append(all, v)
						i++
					}
					for i, v := range all { // compared late: no value may be written over by a later one
						equal(t, v, orderOf(i))
					}
					equal(t, len(all), n)
				})
			}
		}
	}
}

func TestAPlainValueTakesNoMoreRoomThanItsBytes(t *testing.T) {
	s := heap(t)
	p, _ := pair(t, s)
	k, v := bincode.Of[order](), orderOf(3)
	n, _ := k.Size(&v)
	for _, c := range []struct {
		opts   []SenderOption
		header int
	}{{nil, 8}, {[]SenderOption{WithType(0, 1)}, 16}} {
		before := p.pos
		if err := NewSender(p, k, c.opts...).Send(ctx, &v); err != nil {
			t.Fatal(err)
		}
		equal(t, p.pos-before, uint64(c.header+n+7)&^7)
	}
}

func TestSendingAndReceivingValuesAllocatesNothing(t *testing.T) {
	p, c := pair(t, heap(t))
	k := bincode.Of[order]()
	sender, typed := NewSender(p, k), NewSender(p, k, WithType(1, 1))
	in, out := orderOf(40), order{}
	in.Tags = nil
	receivers := []*Receiver[order]{NewReceiver(c, k, WithBorrow()), NewReceiver(c, k, WithBorrow(), WithOnly(0, 1))}
	if n := testing.AllocsPerRun(1000, func() {
		for _, r := range receivers {
			if err := errors.Join(sender.Send(ctx, &in), typed.TrySend(&in), r.Recv(ctx, &out), r.TryRecv(&out)); err != nil {
				t.Fatal(err)
			}
			r.Release()
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}

	type numbers struct {
		A, B uint64
		C    []float64
	}
	kn := bincode.Of[numbers]()
	s, r := NewSender(p, kn), NewReceiver(c, kn)
	v, w := numbers{1, 2, make([]float64, 100)}, numbers{}
	if n := testing.AllocsPerRun(1000, func() {
		if err := errors.Join(s.Send(ctx, &v), r.Recv(ctx, &w)); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("copying into memory that is there: %v allocations", n)
	}
}

func TestABorrowedValueLiesInTheRingUntilTheNextCall(t *testing.T) {
	p, c := pair(t, heap(t))
	k := bincode.Of[order]()
	s, r := NewSender(p, k), NewReceiver(c, k, WithBorrow())
	for i := range 3 {
		v := orderOf(10 + i)
		if err := s.Send(ctx, &v); err != nil {
			t.Fatal(err)
		}
	}
	var v order
	if err := r.Recv(ctx, &v); err != nil {
		t.Fatal(err)
	}
	payload := r.Last().Payload
	at := bytes.Index(payload, v.Data)
	equal(t, v, orderOf(10))
	if &payload[at] != &v.Data[0] {
		t.Error("the blob was copied")
	}
	released := c.released()
	if err := r.TryRecv(&v); err != nil {
		t.Fatal(err)
	}
	if c.released() == released {
		t.Error("the next call did not give the first record back")
	}
	for v, err := range r.All(ctx) {
		equal(t, err, nil)
		equal(t, v, orderOf(12))
		break
	}
	equal(t, c.released(), c.pos)
}

func TestARecordThatDoesNotDecodeIsConsumedAndNamed(t *testing.T) {
	for name, opts := range map[string][]ReceiverOption{"copy": nil, "borrow": {WithBorrow()}} {
		t.Run(name, func(t *testing.T) {
			p, c := pair(t, heap(t))
			k := bincode.Of[order]()
			good := orderOf(1)
			for range 2 {
				if err := p.SendRecord(ctx, Record{Payload: []byte("not an order"), Type: 9, Version: 4}); err != nil {
					t.Fatal(err)
				}
				if err := NewSender(p, k).Send(ctx, &good); err != nil {
					t.Fatal(err)
				}
			}
			p.Close()
			r := NewReceiver(c, k, opts...)
			v := orderOf(33)
			err := r.Recv(ctx, &v)
			var bad *DecodeError
			if !errors.As(err, &bad) || !errors.Is(err, bincode.ErrEOF) {
				t.Fatal(err)
			}
			equal(t, *bad, DecodeError{Codec: "bincode", Type: 9, Version: 4, Size: 12, Err: bad.Err})
			equal(t, v, orderOf(33))
			equal(t, c.lentRecs, uint64(0))
			if err := r.Recv(ctx, &v); err != nil {
				t.Fatal(err)
			}
			equal(t, v, good)
			var outcomes []bool
			for _, err := range r.All(ctx) {
				outcomes = append(outcomes, err == nil)
			}
			equal(t, outcomes, []bool{false, true})
			equal(t, r.Recv(ctx, &v), io.EOF)
		})
	}
}

func TestRecordsOfOtherTypesAreSkippedOrHandedOver(t *testing.T) {
	p, c := pair(t, heap(t))
	k := bincode.Of[order]()
	send := func(typ uint16) {
		v := orderOf(int(typ))
		if err := NewSender(p, k, WithType(typ, 1)).Send(ctx, &v); err != nil {
			t.Fatal(err)
		}
	}
	for typ := range uint16(6) {
		send(typ)
	}
	var others []uint16
	refused := errors.New("refused")
	r := NewReceiver(c, k, WithOnly(2, 4), OnUnknown(func(rec Record) error {
		others = append(others, rec.Type)
		if rec.Type == 3 {
			return refused
		}
		return nil
	}))
	var v order
	equal(t, r.Recv(ctx, &v), nil)
	equal(t, v.ID, uint64(2))
	equal(t, r.TryRecv(&v), refused)
	equal(t, v.ID, uint64(2))
	equal(t, r.TryRecv(&v), nil)
	equal(t, v.ID, uint64(4))
	equal(t, r.TryRecv(&v), ErrEmpty)
	equal(t, others, []uint16{0, 1, 3, 5})
	send(1)
	send(2)
	r = NewReceiver(c, k, WithOnly(2))
	equal(t, r.TryRecv(&v), nil)
	equal(t, v.ID, uint64(2))
	equal(t, c.released(), c.pos)
}

func TestSkippingEndsWithTheContext(t *testing.T) {
	p, c := pair(t, heap(t))
	for range 2 {
		if err := p.Send(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	skipped := 0
	r := NewReceiver(c, bincode.Of[order](), WithOnly(5), OnUnknown(func(Record) error { skipped++; cancel(); return nil }))
	if err := r.Recv(ended, &order{}); !errors.Is(err, context.Canceled) || skipped != 1 {
		t.Errorf("%v after %d records", err, skipped)
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
			err := NewSender[uint64](p, l).Send(ctx, &v)
			var detail *EncodeError
			if !errors.Is(err, l.want) || !errors.As(err, &detail) || detail.Codec != "liar" {
				t.Fatal(err)
			}
			if _, err := c.TryRecv(nil); err != ErrEmpty {
				t.Fatalf("something was sent: %v", err)
			}
			if i := slices.IndexFunc(p.data, func(b byte) bool { return b != 0 }); i >= 0 && p.kind == SPSC {
				t.Fatalf("byte %d of the ring was left behind", i)
			}
		})
	}
	var v uint64
	sender := NewSender[uint64](p, liar{size: 8, append: func([]byte) []byte { panic("in a hook") }})
	func() {
		defer func() { recover() }()
		sender.TrySend(&v)
	}()
	nested := NewSender[uint64](p, liar{size: 8, append: func(dst []byte) []byte {
		if err := p.TrySend(nil); !errors.Is(err, ErrBusy) {
			t.Errorf("sending while a value is being encoded: %v", err)
		}
		return eight(dst)
	}})
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

func TestValuesMeetFullAndClosedRingsAsBytesDo(t *testing.T) {
	for name, k := range codecs() {
		for _, opts := range [][]SenderOption{nil, {WithType(1, 1)}} {
			t.Run(name, func(t *testing.T) {
				p, c := pair(t, heap(t, WithCapacity(4096)))
				s, v := NewSender(p, k, opts...), orderOf(20)
				var err error
				sent := 0
				for ; err == nil; sent++ {
					err = s.TrySend(&v)
				}
				equal(t, err, ErrFull)
				ended, cancel := context.WithCancel(ctx)
				cancel()
				if err := s.Send(ended, &v); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				p.Close()
				if err := s.Send(ctx, &v); !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				r, got := NewReceiver(c, k), 0
				for range r.All(ctx) {
					got++
				}
				equal(t, got, sent-1)
				c.Close()
				if err := r.Recv(ctx, &v); !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			})
		}
	}
}

func TestASenderWithoutACodecIsRefusedAtOnce(t *testing.T) {
	p, c := pair(t, heap(t))
	for _, make := range []func(){
		func() { NewSender[order](p, nil) },
		func() { NewReceiver[order](c, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			make()
		}()
	}
}
