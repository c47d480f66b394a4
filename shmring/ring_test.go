package shmring

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"testing"
)

var ctx = context.Background()

func heap(t testing.TB, opts ...Option) *Segment {
	t.Helper()
	s, err := Heap(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func pair(t testing.TB, s *Segment) (*Producer, *Consumer) {
	t.Helper()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func TestRecordsArriveInOrder(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, wait := range []Wait{Adaptive, Spin, Park} {
			t.Run(kind.String()+"/"+wait.String(), func(t *testing.T) {
				s := heap(t, WithKind(kind), WithCapacity(8<<10), WithWait(wait))
				p, c := pair(t, s)
				const n = 20000
				go func() {
					defer p.Close()
					buf := make([]byte, 1000)
					for i := range uint64(n) {
						binary.LittleEndian.PutUint64(buf, i)
						if err := p.Send(ctx, buf[:8+i%900]); err != nil {
							t.Error(err)
							return
						}
					}
				}()
				var dst []byte
				for i := range uint64(n) {
					var err error
					if dst, err = c.Recv(ctx, dst); err != nil {
						t.Fatal(i, err)
					}
					if got := binary.LittleEndian.Uint64(dst); got != i || len(dst) != int(8+i%900) {
						t.Fatalf("record %d: got %d, %d bytes", i, got, len(dst))
					}
				}
				if _, err := c.Recv(ctx, dst); err != io.EOF {
					t.Fatalf("at the end: %v, want io.EOF", err)
				}
			})
		}
	}
}

func TestNothingAllocatesPerRecord(t *testing.T) {
	s := heap(t)
	p, c := pair(t, s)
	msg, dst := make([]byte, 64), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(1000, func() {
		p.Send(ctx, msg)
		p.TrySend(msg)
		r, _ := p.Reserve(ctx, 64)
		r.Commit()
		dst, _ = c.Recv(ctx, dst)
		c.Next(ctx)
		c.Next(ctx)
		c.Release()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !bytes.Equal(dst, msg) {
		t.Error("payload differs")
	}
}
