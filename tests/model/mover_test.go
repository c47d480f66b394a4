//go:build shmring_hooks

package model

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// A mover is a peer that breaks the rules: just before each claim it moves the tail, and the head with it, so that
// the claim fails; or just after it, so that the next one meets the end of the ring again. After a while its
// victim's user loses patience.
type mover struct {
	tap
	head, tail *uint64
	stride     uint64
	after      bool
	claims     int
	patience   int // claims until the context ends
	cancel     func()
}

func (m *mover) CAS64(p *uint64, old, new uint64) bool {
	if p == m.tail {
		if m.claims++; m.claims == m.patience {
			m.cancel()
		}
		if m.claims > 1<<22 {
			panic("no end of it")
		}
		if m.after {
			new += m.stride
			atomic.StoreUint64(m.head, new)
		} else {
			to := atomic.LoadUint64(m.tail) + m.stride
			atomic.StoreUint64(m.head, to)
			atomic.StoreUint64(m.tail, to)
		}
	}
	return atomic.CompareAndSwapUint64(p, old, new)
}

func TestAProducerThatIsAlwaysOvertakenHeedsItsContext(t *testing.T) {
	const capacity = 4096
	for name, sc := range map[string]struct {
		start, stride uint64
		payload       int
		after         bool
	}{
		"each claim fails":      {0, 64, 8, false},
		"each claim is the end": {capacity - 8, capacity - 8, 256, true},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := shmring.NewModel(shmring.MPSC, capacity, 1)
			if err != nil {
				t.Fatal(err)
			}
			seg := m.Attach(unclaimed{})
			p, err := seg.Producer()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			evil := &mover{stride: sc.stride, after: sc.after, cancel: cancel, patience: 100_000}
			var intent *uint64
			for _, w := range m.Words() {
				switch w.Name {
				case "Head":
					evil.head = w.Word
				case "Tail":
					evil.tail = w.Word
				case "slot[1].Intent":
					intent = w.Word
				}
			}
			atomic.StoreUint64(evil.head, sc.start)
			atomic.StoreUint64(evil.tail, sc.start)
			shmring.InstallHook(evil)
			defer shmring.InstallHook(hook)
			payload := make([]byte, sc.payload)
			if err := p.TrySend(payload); !errors.Is(err, shmring.ErrFull) {
				t.Errorf("TrySend: %v, want ErrFull", err)
			}
			for verb, call := range map[string]func() error{
				"Send":      func() error { return p.Send(ctx, payload) },
				"SendBatch": func() error { _, err := p.SendBatch(ctx, [][]byte{payload, payload}); return err },
				"SendParts": func() error { return p.SendParts(ctx, payload, payload) },
				"Reserve":   func() error { _, err := p.Reserve(ctx, len(payload)); return err },
			} {
				if err := call(); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v, want context.Canceled", verb, err)
				}
			}
			if atomic.LoadUint64(intent) != 0 {
				t.Error("the intent stayed behind")
			}
		})
	}
}

// unclaimed is a table of leases that nobody else wants.
type unclaimed struct{}

func (unclaimed) Acquire(int64) (shmring.Lease, error) { return unclaimed{}, nil }
func (unclaimed) Held(int64) (bool, error)             { return false, nil }
func (unclaimed) Release() error                       { return nil }
func (unclaimed) Close() error                         { return nil }
