package shmring

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/shmring/ipc/codec/bincode"
)

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
	released := c.ring.Released()
	if err := r.TryRecv(&v); err != nil {
		t.Fatal(err)
	}
	if c.ring.Released() == released {
		t.Error("the next call did not give the first record back")
	}
	for v, err := range r.All(ctx) {
		equal(t, err, nil)
		equal(t, v, orderOf(12))
		break
	}
	equal(t, c.ring.Released(), c.ring.Position())
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
			equal(t, c.ring.Lent(), false)
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
	equal(t, c.ring.Released(), c.ring.Position())
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
	err := r.Recv(ended, &order{})
	var wait *WaitError
	if !errors.As(err, &wait) || wait.Op != "receive" || !errors.Is(err, context.Canceled) || skipped != 1 {
		t.Errorf("got %v after %d records; want a WaitError after 1", err, skipped)
	}
}

func TestAPieceOfALargerMessageIsNoValue(t *testing.T) {
	p, c := pair(t, heap(t, WithCapacity(4096)))
	if err := p.SendFrom(ctx, bytes.NewReader(make([]byte, 1000)), 1000); err != nil {
		t.Fatal(err)
	}
	k, v := bincode.Of[order](), orderOf(5)
	if err := NewSender(p, k).Send(ctx, &v); err != nil {
		t.Fatal(err)
	}
	r, pieces, got := NewReceiver(c, k), 0, order{}
	for {
		err := r.TryRecv(&got)
		if err == nil {
			break
		}
		var bad *DecodeError
		if !errors.As(err, &bad) || !errors.Is(err, ErrFragment) {
			t.Fatal(err)
		}
		pieces++
	}
	equal(t, got, v)
	if pieces < 2 {
		t.Errorf("%d pieces", pieces)
	}
}
