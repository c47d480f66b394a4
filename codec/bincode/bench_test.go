package bincode_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shmring/ipc/codec"
	"github.com/shmring/ipc/codec/bincode"
)

// The records are those of bench/rust and of the vectors' family bench.
type benchMeta struct {
	ID          uint64
	From, To    uint32
	Kind        uint16
	Flags       uint8
	Timestamp   uint64
	Topic       string
	Source      string
	ContentType string
}

type benchMessage struct {
	ID, Timestamp uint64
	Data          []byte
}

type benchSmall struct {
	ID     uint64
	PID    uint32
	Score  float64
	Name   string
	Active bool
}

func newBenchMeta() benchMeta {
	return benchMeta{0x0123456789abcdef, 4242, 17, 3, 129, 1704067200123456, "telemetry/engine", "node-07.rack-3", "application/x-bincode"}
}

func newBenchMessage(n int) benchMessage {
	m := benchMessage{ID: 7, Timestamp: 1704067200, Data: make([]byte, n)}
	for i := range m.Data {
		m.Data[i] = byte(i * 7)
	}
	return m
}

func newBenchBatch() []benchSmall {
	batch := make([]benchSmall, 1000)
	for i := range batch {
		batch[i] = benchSmall{uint64(i) * 7919, 1000 + uint32(i), float64(i) / 2, fmt.Sprint("worker-", i), i%2 == 0}
	}
	return batch
}

func newBenchFloats() []float32 {
	f := make([]float32, 4096)
	for i := range f {
		f[i] = float32(i) / 4
	}
	return f
}

func BenchmarkRecord(b *testing.B) {
	benchRecord(b, "small", newBenchMeta())
	benchRecord(b, "message", newBenchMessage(1024))
	benchRecord(b, "batch", newBenchBatch())
	benchRecord(b, "floats", newBenchFloats())
}

func benchRecord[T any](b *testing.B, name string, v T) {
	for _, c := range []struct {
		config string
		codec  codec.Codec[T]
	}{{"fixint", bincode.Of[T]()}, {"varint", bincode.Of[T](bincode.Varint())}} {
		buf, err := c.codec.Append(nil, &v)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("record=%s/config=%s/op=encode", name, c.config), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.codec.Append(buf[:0], &v); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(buf)), "wire-bytes")
		})
		for op, decode := range map[string]func([]byte, *T) error{"decode": c.codec.Decode, "borrow": c.codec.DecodeBorrow} {
			b.Run(fmt.Sprintf("record=%s/config=%s/op=%s", name, c.config, op), func(b *testing.B) {
				b.ReportAllocs()
				var back T
				for b.Loop() {
					if err := decode(buf, &back); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	text, err := json.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("record=%s/config=json/op=encode", name), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&v); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(text)), "wire-bytes")
	})
	b.Run(fmt.Sprintf("record=%s/config=json/op=decode", name), func(b *testing.B) {
		b.ReportAllocs()
		var back T
		for b.Loop() {
			if err := json.Unmarshal(text, &back); err != nil {
				b.Fatal(err)
			}
		}
	})
}
