package shmring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/shmring/ipc/layout"
)

// A sender is one way to send a record; a taker one way to receive it.
type sender struct {
	name string
	send func(p *Producer, b []byte) error
}

type taker struct {
	name string
	take func(c *Consumer, dst []byte) ([]byte, error)
}

var senders = []sender{
	{"Send", func(p *Producer, b []byte) error { return p.Send(context.Background(), b) }},
	{"TrySend", (*Producer).TrySend},
	{"SendParts", func(p *Producer, b []byte) error {
		return p.SendParts(context.Background(), b[:len(b)/3], nil, b[len(b)/3:])
	}},
	{"SendBatch", func(p *Producer, b []byte) error {
		n, err := p.SendBatch(context.Background(), [][]byte{b})
		if err == nil && n != 1 {
			return fmt.Errorf("%d sent", n)
		}
		return err
	}},
	{"SendRecord", func(p *Producer, b []byte) error {
		return p.SendRecord(context.Background(), Record{Payload: b, Type: 7, Version: 3})
	}},
	{"Reserve", func(p *Producer, b []byte) error {
		r, err := p.Reserve(context.Background(), len(b))
		if err != nil {
			return err
		}
		copy(r.Bytes(), b)
		return r.Commit()
	}},
	{"SendFunc", func(p *Producer, b []byte) error {
		return p.SendFunc(context.Background(), len(b), func(dst []byte) (int, error) { return copy(dst, b), nil })
	}},
}

var takers = []taker{
	{"Recv", func(c *Consumer, dst []byte) ([]byte, error) { return c.Recv(context.Background(), dst) }},
	{"TryRecv", (*Consumer).TryRecv},
	{"Next", func(c *Consumer, dst []byte) ([]byte, error) {
		r, err := c.Next(context.Background())
		dst = append(dst[:0], r.Payload...)
		c.Release()
		return dst, err
	}},
	{"Drain", func(c *Consumer, dst []byte) ([]byte, error) {
		n, err := c.Drain(1, func(r Record) error {
			dst = append(dst[:0], r.Payload...)
			return nil
		})
		if err == nil && n != 1 {
			err = fmt.Errorf("%d drained", n)
		}
		return dst, err
	}},
	{"All", func(c *Consumer, dst []byte) ([]byte, error) {
		for r, err := range c.All(context.Background()) {
			return append(dst[:0], r.Payload...), err
		}
		return dst, nil
	}},
}

// rings are the shapes in which every record must behave alike.
var rings = map[string][]Option{
	"spsc":           {WithKind(SPSC)},
	"mpsc":           {WithKind(MPSC)},
	"spsc/checksums": {WithKind(SPSC), WithChecksum()},
	"mpsc/checksums": {WithKind(MPSC), WithChecksum()},
}

func TestRecordsOfEverySizePassEveryWay(t *testing.T) {
	const capacity = layout.MinCapacity
	sizes := []int{}
	for n := range 65 {
		sizes = append(sizes, n)
	}
	for _, edge := range []int{128, 256, 1024, capacity / 4, capacity / 2} {
		for d := -17; d <= 17; d++ {
			if n := edge + d; n <= capacity/2-16 {
				sizes = append(sizes, n)
			}
		}
	}
	for name, opts := range rings {
		for _, s := range senders {
			t.Run(name+"/"+s.name, func(t *testing.T) {
				p, c := pair(t, heap(t, append(opts, WithCapacity(capacity))...))
				var dst []byte
				for i, n := range sizes {
					k := takers[i%len(takers)]
					b := pattern(n, uint64(i))
					must(t, s.send(p, b))
					var err error
					if dst, err = k.take(c, dst); err != nil || !bytes.Equal(dst, b) {
						t.Fatalf("%d bytes through %s: got %d bytes, %v", n, k.name, len(dst), err)
					}
				}
			})
		}
	}
}

func TestRecordsMeetTheEndOfTheRingAtEveryOffset(t *testing.T) {
	const capacity = layout.MinCapacity
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			p, c := pair(t, heap(t, append(opts, WithCapacity(capacity))...))
			var dst []byte
			// Sizes whose records do not divide the ring: the place where it ends wanders through them all.
			for _, n := range []int{0, 1, 8, 40, 312, 1000, 2000, capacity/2 - 24, capacity/2 - 16} {
				for i := range 2 * capacity / 8 / (1 + n/256) {
					b := pattern(n, uint64(i))
					for _, payload := range [][]byte{b, nil} { // the empty one shifts the next by a word
						if err := p.TrySend(payload); errors.Is(err, ErrFull) {
							// Half a ring and what is left before its end can need all of it: an empty look frees the rest.
							_, err := c.TryRecv(nil)
							want(t, "a drained ring", err, ErrEmpty)
							must(t, p.TrySend(payload))
						}
						var err error
						if dst, err = c.TryRecv(dst); err != nil || !bytes.Equal(dst, payload) {
							t.Fatalf("%d bytes, the %dth: got %d bytes, %v", n, i, len(dst), err)
						}
					}
				}
			}
		})
	}
}

func TestARecordAsLargeAsTheRingWaitsForItToRunEmpty(t *testing.T) {
	const capacity = layout.MinCapacity
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(capacity), WithMaxRecord(capacity-16))...)
			p, c := pair(t, s)
			b := pattern(capacity-16, 1)
			for range 3 {
				must(t, p.TrySend([]byte("small")))
				_, err := p.TryReserve(len(b))
				want(t, "into the rest of the ring", err, ErrFull)
				expect(t, c, "small")
				_, err = c.TryRecv(nil)
				want(t, "after the only record", err, ErrEmpty)
				r, err := p.TryReserve(len(b)) // with its second header word it takes the whole ring
				must(t, err)
				copy(r.Bytes(), b)
				must(t, r.Commit())
				want(t, "into a full ring", p.TrySend(nil), ErrFull)
				got, err := c.TryRecv(nil)
				if err != nil || !bytes.Equal(got, b) {
					t.Fatalf("got %d bytes, %v", len(got), err)
				}
			}
		})
	}
}

func TestTheRingTakesExactlyItsCapacity(t *testing.T) {
	const capacity = layout.MinCapacity
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, n := range []int{0, 8, 56, 1016} { // records of 8, 16, 64, 1024 bytes fill the ring without a rest
			p, c := pair(t, heap(t, WithKind(kind), WithCapacity(capacity)))
			fits := capacity / (n + 8)
			for lap := range 3 {
				for i := range fits {
					if err := p.TrySend(pattern(n, uint64(i))); err != nil {
						t.Fatalf("%v, %d bytes, lap %d: the %dth of %d: %v", kind, n, lap, i, fits, err)
					}
				}
				want(t, "one more", p.TrySend(pattern(n, 0)), ErrFull)
				for i := range fits {
					expect(t, c, string(pattern(n, uint64(i))))
				}
				_, err := c.TryRecv(nil)
				want(t, "an empty ring", err, ErrEmpty)
			}
		}
	}
}

func TestZeroLengthRecordsAreRecords(t *testing.T) {
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, opts...)
			p, c := pair(t, s)
			for _, way := range senders {
				must(t, way.send(p, nil))
			}
			for range senders {
				r, err := c.TryNext()
				must(t, err)
				if r.Payload == nil || len(r.Payload) != 0 {
					t.Errorf("got payload %v, want an empty one", r.Payload)
				}
			}
			c.Release()
			if st := s.Stats(); st.Received != uint64(len(senders)) || st.ReceivedBytes != 0 {
				t.Errorf("stats: %+v", st)
			}
		})
	}
}

func TestRecordsOverTheMaximumAreRefusedAndNothingIsWritten(t *testing.T) {
	const limit = 100
	for name, opts := range rings {
		t.Run(name, func(t *testing.T) {
			s := heap(t, append(opts, WithCapacity(layout.MinCapacity), WithMaxRecord(limit))...)
			p, c := pair(t, s)
			before := s.Stats()
			memory := slices.Clone(s.mapping.Data)
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // nor does anybody wait
			big := make([]byte, limit+1)
			refused := map[string]error{
				"Send": p.Send(ctx, big), "TrySend": p.TrySend(big), "SendParts": p.SendParts(ctx, big[:60], big[60:]),
				"SendRecord": p.SendRecord(ctx, Record{Payload: big, Type: 1}),
				"SendFunc": p.SendFunc(ctx, len(big), func([]byte) (int, error) {
					t.Error("SendFunc called back")
					return 0, nil
				}),
			}
			_, refused["Reserve"] = p.Reserve(ctx, len(big))
			_, refused["TryReserve"] = p.TryReserve(len(big))
			n, err := p.SendBatch(ctx, [][]byte{nil, []byte("good"), big})
			if refused["SendBatch"] = err; n != 0 {
				t.Errorf("SendBatch sent %d", n)
			}
			for verb, err := range refused {
				var e *TooLargeError
				if !errors.As(err, &e) || e.Size != limit+1 || e.Limit != limit {
					t.Errorf("%s: got %v, want a TooLargeError of %d over %d", verb, err, limit+1, limit)
				}
				want(t, verb, err, ErrTooLarge)
			}
			if st := s.Stats(); st != before || !bytes.Equal(memory, s.mapping.Data) {
				t.Errorf("something was written: %+v became %+v", before, st)
			}
			must(t, p.TrySend(big[:limit]))
			expect(t, c, string(big[:limit]))
		})
	}
}

func TestAHugeReserveIsRefused(t *testing.T) {
	p := producer(t, heap(t))
	for _, n := range []int{1<<31 - 1, int(^uint(0) >> 1)} {
		_, err := p.TryReserve(n)
		want(t, "TryReserve", err, ErrTooLarge)
	}
	for _, n := range []int{-1, -int(^uint(0)>>1) - 1} {
		_, err := p.TryReserve(n)
		want(t, "TryReserve", err, ErrOption)
		_, err = p.Reserve(context.Background(), n)
		want(t, "Reserve", err, ErrOption)
	}
}
