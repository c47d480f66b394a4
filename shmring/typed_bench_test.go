package shmring

import (
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
	"github.com/shmring/ipc/codec/json"
)

// BenchmarkValues sends and receives one value, against the same by way of a buffer.
func BenchmarkValues(b *testing.B) {
	type message struct {
		ID, At uint64
		Data   []byte
	}
	type number struct{ A, B, C uint64 }
	values(b, "fields=3", bincode.Of[number](), number{1, 2, 3})
	values(b, "size=1024", bincode.Of[message](), message{1, 2, make([]byte, 1024)})
	values(b, "size=1024/codec=json", json.Of[message](), message{1, 2, make([]byte, 1024)})
}

func values[T any](b *testing.B, name string, k codec.Codec[T], in T) {
	ends := func(b *testing.B, opts ...ReceiverOption) (*Sender[T], *Receiver[T]) {
		p, c := pair(b, heap(b))
		b.ReportAllocs()
		return NewSender(p, k), NewReceiver(c, k, opts...)
	}
	for way, opts := range map[string][]ReceiverOption{"copy": nil, "borrow": {WithBorrow()}} {
		b.Run(name+"/way="+way, func(b *testing.B) {
			s, r := ends(b, opts...)
			var out T
			for b.Loop() {
				if s.Send(ctx, &in) != nil || r.Recv(ctx, &out) != nil {
					b.Fatal("failed")
				}
			}
		})
	}
	b.Run(name+"/way=buffer", func(b *testing.B) {
		s, r := ends(b)
		var out T
		var buf []byte
		for b.Loop() {
			buf, _ = k.Append(buf[:0], &in)
			s.p.Send(ctx, buf)
			buf, _ = r.c.Recv(ctx, buf)
			if k.Decode(buf, &out) != nil {
				b.Fatal("failed")
			}
		}
	})
}
