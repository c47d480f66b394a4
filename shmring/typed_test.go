package shmring

import (
	"bytes"
	"context"
	"errors"
	"reflect"
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
