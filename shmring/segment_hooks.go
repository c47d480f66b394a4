//go:build shmring_hooks

package shmring

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// What tests outside this package need in order to run its algorithms step by step. Built with the
// tag shmring_hooks only; nothing here is part of the product.

// Hook sees every shared access.
type Hook = mem.Hook

// Op names a shared access.
type Op = mem.Op

// The shared accesses.
const (
	OpLoad         = mem.OpLoad
	OpStore        = mem.OpStore
	OpStoreRelaxed = mem.OpStoreRelaxed
	OpCAS          = mem.OpCAS
	OpAdd          = mem.OpAdd
	OpCopy         = mem.OpCopy
	OpZero         = mem.OpZero
	OpPause        = mem.OpPause
)

// InstallHook replaces the hook of the whole process; nil removes it.
func InstallHook(h Hook) { mem.Install(h) }

// Leases is a segment's table of leases; Lease is one of them.
type (
	Leases = lease.Table
	Lease  = lease.Lease
)

// ErrLeaseHeld is what a table's Acquire returns for a lease that somebody holds.
var ErrLeaseHeld = lease.ErrHeld

// NamedWord is a shared word and what it is called in traces.
type NamedWord struct {
	Name string
	Word *uint64
}

// Model is a heap segment cut down to what an exhaustive search can cover.
type Model struct{ seg *Segment }

// NewModel makes one: capacity is a power of two from 32, in bytes.
func NewModel(kind Kind, capacity uint64, producers int) (*Model, error) {
	opts := []Option{WithKind(kind), WithCapacity(layout.MinCapacity)}
	if kind == MPSC {
		opts = append(opts, WithMaxProducers(producers))
	}
	s, err := Heap(opts...)
	if err != nil {
		return nil, err
	}
	s.initRing(capacity, layout.MaxPayload(capacity))
	return &Model{s}, nil
}

// Attach returns a fresh handle on the same memory, with the given leases.
func (m *Model) Attach(t Leases) *Segment {
	s := &Segment{header: m.seg.header, opts: m.seg.opts, mapping: m.seg.mapping, unguard: func() {}, handles: map[*lifetime.Guard]bool{}}
	s.slots.Leases = t
	if err := s.initRing(m.seg.ring.Capacity(), m.seg.ring.MaxRecord()); err != nil {
		panic(err) // it is the same memory
	}
	return s
}

// SlotOf returns the slot whose lease lies at a file offset.
func (m *Model) SlotOf(off int64) int { return int((off - m.seg.slots.LockAt) / layout.SlotSize) }

// Slots is the number of slots, the consumer's included.
func (m *Model) Slots() int { return len(m.seg.slots.Table) }

// Words lists all 64-bit words that the algorithms share: control, slots, ring.
func (m *Model) Words() []NamedWord {
	r := &m.seg.ring
	words := fieldsOf("", reflect.ValueOf(m.seg.control()).Elem())
	for i := range m.seg.slots.Table {
		words = append(words, fieldsOf(fmt.Sprintf("slot[%d].", i), reflect.ValueOf(&m.seg.slots.Table[i]).Elem())...)
	}
	for pos := uint64(0); pos < r.Capacity(); pos += layout.WordSize {
		words = append(words, NamedWord{fmt.Sprintf("ring[%d]", pos), r.Word(pos)})
	}
	return words
}

func fieldsOf(prefix string, v reflect.Value) (words []NamedWord) {
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; name != "_" && v.Field(i).Kind() == reflect.Uint64 {
			words = append(words, NamedWord{prefix + name, v.Field(i).Addr().Interface().(*uint64)})
		}
	}
	return words
}

// WriteWords copies a payload into lent memory as the ring itself would.
func WriteWords(dst, src []byte) { mem.CopyIn(dst, src) }

// ReadWords copies a payload out of lent memory, each word a shared access.
func ReadWords(b []byte) []byte { return mem.Append(nil, b) }

// TrySendBatch is SendBatch without the wait: it sends some of the payloads, or none with ErrFull.
func (p *Producer) TrySendBatch(payloads [][]byte) (int, error) { return p.sendBatch(noWait, payloads) }

// Fingerprint is a hash of the private state, but for counters that steer nothing.
func (p *Producer) Fingerprint(seed maphash.Seed) uint64 {
	return fingerprint(seed, p.guard, p.ring, p.open)
}

// Fingerprint is a hash of the private state, but for counters that steer nothing.
func (c *Consumer) Fingerprint(seed maphash.Seed) uint64 { return fingerprint(seed, c.guard, c.ring) }

// SetSteps makes the consumer clear memory in pieces of stride bytes, a power of two, and give it back in steps of step bytes.
func (c *Consumer) SetSteps(step, stride uint64) { c.ring.SetSteps(step, stride) }

// Look sets whether the next empty poll is a thorough one.
func (c *Consumer) Look(thoroughly bool) {
	c.ring.LookLightly()
	if thoroughly {
		c.ring.LookThoroughly()
	}
}

// counters are private fields that only statistics read.
var counters = []string{"records", "bytes", "recovered", "corrupted", "highWater", "wakes", "number", "polls", "lentBytes"}

func fingerprint(seed maphash.Seed, state ...any) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, s := range state {
		writeValue(&h, reflect.ValueOf(s))
	}
	return h.Sum64()
}

func writeValue(h *maphash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains(counters, v.Type().Field(i).Name) {
				writeValue(h, v.Field(i))
			}
		}
	case reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		maphash.WriteComparable(h, v.Uint())
	case reflect.Int64, reflect.Int:
		maphash.WriteComparable(h, v.Int())
	case reflect.Bool:
		maphash.WriteComparable(h, v.Bool())
	case reflect.Interface:
		if !v.IsNil() {
			h.WriteString(v.Elem().Type().String())
		}
		h.WriteByte(0)
	}
}
