package ring

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// fixture is a small ring in Go memory, and the means to play its parties' deaths.
type fixture struct {
	t *testing.T
	Ring
	leases *lease.LocalTable
}

const testSlots = 4 // the consumer's and three producers'

func newFixture(t *testing.T, kind layout.Kind, capacity int, checksum bool) *fixture {
	t.Helper()
	control, table := new(layout.Control), make([]layout.Slot, testSlots)
	if kind == layout.SPSC {
		table = table[:2]
	}
	f := &fixture{t: t, leases: lease.Local()}
	log := slog.New(slog.DiscardHandler)
	f.Ring = New(Config{
		Kind: kind, MaxRecord: layout.MaxPayload(uint64(capacity)), Checksum: checksum, Control: control, Data: make([]byte, capacity),
		Slots: &Slots{
			Table: table, Leases: f.leases, Consumers: Set{0, 1}, Producers: Set{1, uint32(len(table))}, Control: control, Logger: log,
		},
		DataBell:  wait.Doorbell{Flags: &control.DataWait, Seq: &control.DataSeq},
		SpaceBell: wait.Doorbell{Flags: &control.SpaceWait, Seq: &control.SpaceSeq},
		Logger:    log,
	})
	return f
}

func (f *fixture) producer() *Producer {
	f.t.Helper()
	p := new(Producer)
	if _, err := f.AttachProducer(p); err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *fixture) consumer() *Consumer {
	f.t.Helper()
	c := new(Consumer)
	if _, err := f.AttachConsumer(c, false); err != nil {
		f.t.Fatal(err)
	}
	return c
}

// kill frees the lease of a slot, as the kernel does when its owner dies.
func (f *fixture) kill(slot uint32) { f.leases.Kill(f.slots.Lock(slot)) }

// send sends one record by the slow path.
func (f *fixture) send(p *Producer, payload string) {
	f.t.Helper()
	c, err := p.Alloc(uint64(len(payload)), false)
	if err != nil {
		f.t.Fatal(err)
	}
	copy(p.Payload(c), payload)
	p.Commit(c, uint64(len(payload)), Meta{})
}

// receive expects one record, copies it and gives it back.
func (f *fixture) receive(c *Consumer, want string) {
	f.t.Helper()
	found, err := c.Find()
	if err != nil || string(found.Payload) != want {
		f.t.Fatalf("found %q, %v, want %q", found.Payload, err, want)
	}
	c.StepCopied(found.Word)
}

// nothing expects that there is no record, for the given reason.
func (f *fixture) nothing(c *Consumer, want error) {
	f.t.Helper()
	if found, err := c.Find(); !errors.Is(err, want) {
		f.t.Fatalf("found %q, %v, want %v", found.Payload, err, want)
	}
}

// put stores a word as a peer could.
func (f *fixture) put(pos uint64, w layout.Word) { mem.Store(f.Word(pos), uint64(w)) }

func eachKind(t *testing.T, test func(t *testing.T, kind layout.Kind)) {
	for _, kind := range []layout.Kind{layout.SPSC, layout.MPSC} {
		t.Run(kind.String(), func(t *testing.T) { test(t, kind) })
	}
}
