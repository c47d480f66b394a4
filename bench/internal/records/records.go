// Package records has the records of the codec benchmarks, field by field those of bench/rust, with the
// code that bincodegen and tinylib/msgp write for them.
package records

import "fmt"

//go:generate go run github.com/shmring/ipc/cmd/bincodegen -type Meta,Message,Batch,Floats -o records_bincode.go
//go:generate go run github.com/tinylib/msgp@v1.6.4 -file records.go -o records_msgp.go -tests=false -io=false

//msgp:tuple Meta Message Small

// Meta is a small record with three strings.
type Meta struct {
	ID          uint64
	From, To    uint32
	Kind        uint16
	Flags       uint8
	Timestamp   uint64
	Topic       string
	Source      string
	ContentType string
}

// Message is a payload with two numbers before it.
type Message struct {
	ID, Timestamp uint64
	Data          []byte
}

// Small is an element of a batch.
type Small struct {
	ID     uint64
	PID    uint32
	Score  float64
	Name   string
	Active bool
}

// Batch and Floats are bulk.
type (
	Batch  []Small
	Floats []float32
)

// NewMeta returns the small record of bench/rust, as the functions after it return the others.
func NewMeta() *Meta {
	return &Meta{0x0123456789abcdef, 4242, 17, 3, 129, 1704067200123456, "telemetry/engine", "node-07.rack-3", "application/x-bincode"}
}

// NewMessage has a payload of 1 KiB.
func NewMessage() *Message {
	m := &Message{ID: 7, Timestamp: 1704067200, Data: make([]byte, 1024)}
	for i := range m.Data {
		m.Data[i] = byte(i * 7)
	}
	return m
}

// NewBatch has 1000 records.
func NewBatch() *Batch {
	batch := make(Batch, 1000)
	for i := range batch {
		batch[i] = Small{uint64(i) * 7919, 1000 + uint32(i), float64(i) / 2, fmt.Sprint("worker-", i), i%2 == 0}
	}
	return &batch
}

// NewFloats has 4096 numbers.
func NewFloats() *Floats {
	f := make(Floats, 4096)
	for i := range f {
		f[i] = float32(i) / 4
	}
	return &f
}
