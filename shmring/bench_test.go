package shmring

import (
	"strconv"
	"testing"
)

func BenchmarkSendRecv(b *testing.B) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, size := range []int{8, 64, 256, 1024} {
			b.Run("kind="+kind.String()+"/size="+strconv.Itoa(size), func(b *testing.B) {
				p, c := pair(b, heap(b, WithKind(kind)))
				msg, dst := make([]byte, size), make([]byte, 0, size)
				for b.Loop() {
					p.Send(ctx, msg)
					dst, _ = c.Recv(ctx, dst)
				}
			})
		}
	}
}

func BenchmarkSend(b *testing.B) {
	p, c := pair(b, heap(b))
	msg := make([]byte, 8)
	for i := 0; b.Loop(); i++ {
		if p.Send(ctx, msg); i%1024 == 1023 {
			b.StopTimer()
			c.Drain(0, func(Record) error { return nil })
			b.StartTimer()
		}
	}
}

func BenchmarkSendBatchDrain(b *testing.B) {
	p, c := pair(b, heap(b))
	batch := make([][]byte, 32)
	for i := range batch {
		batch[i] = make([]byte, 64)
	}
	sum := 0
	take := func(r Record) error { sum += len(r.Payload); return nil }
	for i := 0; b.Loop(); i++ { // one record each
		if i%len(batch) == 0 {
			p.SendBatch(ctx, batch)
			c.Drain(0, take)
		}
	}
}
