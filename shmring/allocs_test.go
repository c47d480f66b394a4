package shmring

import (
	"testing"
)

func TestNoCallAllocatesPerRecord(t *testing.T) {
	msg := make([]byte, 100)
	parts := [][]byte{msg[:10], msg[10:]}
	batch := [][]byte{msg, msg, msg, msg}
	dst := make([]byte, 0, 100)
	none := func(Record) error { return nil }
	for name, opts := range rings {
		s := heap(t, append(opts, WithCapacity(8<<10))...)
		p, c := pair(t, s)
		drain := func() {
			if _, err := c.Drain(0, none); err != nil {
				t.Fatal(err)
			}
		}
		for verb, call := range map[string]func() error{
			"Send":       func() error { return p.Send(ctx, msg) },
			"TrySend":    func() error { return p.TrySend(msg) },
			"SendRecord": func() error { return p.SendRecord(ctx, Record{Payload: msg, Type: 3}) },
			"SendParts":  func() error { return p.SendParts(ctx, parts...) },
			"SendBatch": func() error {
				_, err := p.SendBatch(ctx, batch)
				return err
			},
			"Reserve, Commit": func() error {
				r, err := p.Reserve(ctx, 100)
				if err != nil {
					return err
				}
				r.SetType(1, 2)
				return r.Commit()
			},
			"TryReserve, CommitN": func() error {
				r, err := p.TryReserve(100)
				if err != nil {
					return err
				}
				return r.CommitN(50)
			},
			"TryReserve, Abort": func() error {
				r, err := p.TryReserve(100)
				r.Abort()
				return err
			},
			"Recv": func() (err error) {
				if err = p.TrySend(msg); err == nil {
					dst, err = c.Recv(ctx, dst)
				}
				return err
			},
			"TryRecv": func() (err error) {
				if err = p.TrySend(msg); err == nil {
					dst, err = c.TryRecv(dst)
				}
				return err
			},
			"Next, TryNext, Release": func() error {
				p.TrySend(msg)
				p.TrySend(msg)
				if _, err := c.Next(ctx); err != nil {
					return err
				}
				_, err := c.TryNext()
				c.Release()
				return err
			},
			"a full ring": func() error {
				for p.TrySend(msg) == nil {
				}
				return nil
			},
			"an empty ring": func() error {
				drain()
				c.TryRecv(dst)
				c.TryNext()
				return nil
			},
		} {
			if n := testing.AllocsPerRun(100, func() {
				if err := call(); err != nil {
					t.Fatal(verb, err)
				}
				drain()
			}); n != 0 {
				t.Errorf("%s, %s: %v allocations", name, verb, n)
			}
		}
	}
}
