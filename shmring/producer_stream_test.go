package shmring

import (
	"errors"
	"testing"
)

// meddler is a source that sends on the producer that reads it.
type meddler struct {
	send func() error
	got  error
}

func (m *meddler) Read(b []byte) (int, error) {
	if err := m.send(); m.got == nil {
		m.got = err
	}
	return len(b), nil
}

func TestASourceCannotSendOnTheProducerThatReadsIt(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(64<<10))...)
			p, c := pair(t, s)
			for verb, send := range map[string]func() error{
				"TrySend":    func() error { return p.TrySend([]byte("between")) },
				"Send":       func() error { return p.Send(soon(t), []byte("between")) },
				"TryReserve": func() error { _, err := p.TryReserve(8); return err },
				"SendBatch":  func() error { _, err := p.SendBatch(soon(t), [][]byte{{1}}); return err },
				"SendFrom":   func() error { return p.SendFrom(soon(t), new(counted), 10) },
			} {
				m := &meddler{send: send}
				must(t, p.SendFrom(soon(t), m, 20_000))
				if !errors.Is(m.got, ErrBusy) {
					t.Errorf("%s: got %v, want ErrBusy", verb, m.got)
				}
				got := 0
				for got < 20_000 {
					r, err := c.Next(soon(t))
					must(t, err)
					got += len(r.Payload)
					c.Release()
				}
				if got != 20_000 {
					t.Errorf("%s: received %d bytes, want the message alone", verb, got)
				}
			}
			must(t, p.TrySend([]byte("after")))
			expect(t, c, "after")
		})
	}
}
