package shmring

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/lifetime"
)

// patience is how long a test waits for what should happen at once before it calls it a hang.
const patience = 30 * time.Second

// soon returns a context that ends before the test binary's own patience does.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// memoryDir returns a fresh directory in shared memory, or on disk where there is none.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "shmring-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// named makes a segment of a file and returns it with the options that find it again.
func named(t testing.TB, opts ...Option) (*Segment, Option) {
	t.Helper()
	dir := WithDir(memoryDir(t))
	s, err := Create("feed", append(opts, dir)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

// withProducers makes a ring of a kind, of so many producers at most where it can have several.
func withProducers(kind Kind, n int) Option {
	return func(o *options) {
		if WithKind(kind)(o); kind == MPSC {
			WithMaxProducers(n)(o)
		}
	}
}

func producer(t testing.TB, s *Segment) *Producer {
	t.Helper()
	p, err := s.Producer()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func consumer(t testing.TB, s *Segment) *Consumer {
	t.Helper()
	c, err := s.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want holds an error against a sentinel.
func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got error %v, want %v", what, err, target)
	}
}

// pattern returns n bytes that tell where they belong.
func pattern(n int, seed uint64) []byte {
	b := make([]byte, n)
	x := seed*0x9e3779b97f4a7c15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x)
	}
	return b
}

// expect receives one record without waiting and holds it against the payload that was sent.
func expect(t testing.TB, c *Consumer, payload string) {
	t.Helper()
	got, err := c.TryRecv(nil)
	if err != nil || string(got) != payload {
		t.Fatalf("got %.80q, %v; want %.80q", got, err, payload)
	}
}

// kill plays the death of a party of a Heap segment: its lease is free and it will do nothing more.
func kill(s *Segment, g *lifetime.Guard, slot int) {
	dropLease(s, slot)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.handles, g)
}

func killProducer(s *Segment, p *Producer) { kill(s, &p.guard, slotOf(s, p)) }
func killConsumer(s *Segment, c *Consumer) { kill(s, &c.guard, 0) }

// eventually waits until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// dropLease frees the lease of a slot of a Heap segment, as the kernel does when its owner dies.
func dropLease(s *Segment, slot int) {
	s.slots.Leases.(*lease.LocalTable).Kill(s.slots.Lock(uint32(slot)))
}

// slotOf returns the number of a producer's slot.
func slotOf(s *Segment, p *Producer) int {
	return slices.IndexFunc(indices(len(s.slots.Table)), func(i int) bool { return &s.slots.Table[i] == p.ring.Slot() })
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
