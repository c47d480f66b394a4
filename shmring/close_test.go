package shmring

import (
	"bytes"
	"context"
	"net"
	"testing"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/lifetime"
)

// producerCalls are all the calls of a Producer that can fail.
func producerCalls(ctx context.Context, p *Producer) map[string]func() error {
	return map[string]func() error{
		"Send":       func() error { return p.Send(ctx, make([]byte, 64)) },
		"TrySend":    func() error { return p.TrySend(make([]byte, 64)) },
		"SendParts":  func() error { return p.SendParts(ctx, make([]byte, 32), make([]byte, 32)) },
		"SendRecord": func() error { return p.SendRecord(ctx, Record{Payload: make([]byte, 64), Type: 1}) },
		"SendBatch": func() error {
			_, err := p.SendBatch(ctx, [][]byte{make([]byte, 64)})
			return err
		},
		"Reserve": func() error {
			r, err := p.Reserve(ctx, 64)
			if err == nil {
				r.Abort()
			}
			return err
		},
		"TryReserve": func() error {
			r, err := p.TryReserve(64)
			if err == nil {
				r.Abort()
			}
			return err
		},
		"SendFunc": func() error {
			return p.SendFunc(ctx, 64, func([]byte) (int, error) { return 64, nil })
		},
	}
}

// consumerCalls are all the calls of a Consumer that can fail.
func consumerCalls(ctx context.Context, c *Consumer) map[string]func() error {
	return map[string]func() error{
		"Recv": func() error {
			_, err := c.Recv(ctx, nil)
			return err
		},
		"TryRecv": func() error {
			_, err := c.TryRecv(nil)
			return err
		},
		"Next": func() error {
			_, err := c.Next(ctx)
			return err
		},
		"TryNext": func() error {
			_, err := c.TryNext()
			return err
		},
		"Drain": func() error {
			_, err := c.Drain(1, func(Record) error { return nil })
			return err
		},
		"All": func() error {
			for _, err := range c.All(ctx) {
				return err
			}
			return nil
		},
	}
}

// waiting are the calls above that wait, with the side they wait on.
var (
	waitingProducerCalls = []string{"Send", "SendParts", "SendRecord", "SendBatch", "Reserve", "SendFunc"}
	waitingConsumerCalls = []string{"Recv", "Next", "All"}
)

func TestEveryCallAfterCloseIsRefused(t *testing.T) {
	for name, opts := range rings {
		for _, closer := range []string{"handles", "segment"} {
			t.Run(name+"/"+closer, func(t *testing.T) {
				s, _ := named(t, opts...)
				p, c := producer(t, s), consumer(t, s)
				must(t, p.TrySend([]byte("left behind")))
				if closer == "segment" {
					must(t, s.Close())
				}
				for range 2 {
					must(t, p.Close())
					must(t, c.Close())
				}
				for verb, call := range producerCalls(ctx, p) {
					want(t, verb, call(), ErrClosed)
					want(t, verb, call(), net.ErrClosed)
				}
				for verb, call := range consumerCalls(ctx, c) {
					want(t, verb, call(), ErrClosed)
				}
				c.Release()
			})
		}
	}
}

func TestAClosedSegmentAttachesNobody(t *testing.T) {
	for _, s := range []*Segment{heap(t), first(named(t))} {
		must(t, s.Close())
		must(t, s.Close())
		_, err := s.Producer()
		want(t, "Producer", err, ErrClosed)
		_, err = s.Consumer()
		want(t, "Consumer", err, ErrClosed)
		want(t, "Flush", s.Flush(), ErrClosed)
		if st := s.Stats(); st != (Stats{}) {
			t.Errorf("Stats: %+v", st)
		}
		if info := s.Info(); info.Capacity != DefaultCapacity || len(info.Parties) != 0 {
			t.Errorf("Info: %+v", info)
		}
	}
}

func first(s *Segment, _ Option) *Segment { return s }

// waits starts call and returns when it is asleep or spinning inside, and where its error will come.
func waits(t *testing.T, g *lifetime.Guard, call func() error) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	eventually(t, "the call waits", func() bool { return g.Busy() })
	return done
}

func TestCloseUnblocksEveryWaitingCall(t *testing.T) {
	for name, opts := range rings {
		for _, wait := range []Wait{Adaptive, Spin, Park} {
			for _, closer := range []string{"handle", "segment"} {
				t.Run(name+"/"+wait.String()+"/"+closer, func(t *testing.T) {
					for _, verb := range waitingProducerCalls {
						s, _ := named(t, append(opts, WithCapacity(layout.MinCapacity), WithWait(wait))...)
						p := producer(t, s)
						for p.TrySend(make([]byte, 8)) == nil {
						}
						done := waits(t, &p.guard, producerCalls(ctx, p)[verb])
						must(t, closing(closer, s, p.Close))
						want(t, verb, <-done, ErrClosed)
					}
					for _, verb := range waitingConsumerCalls {
						s, _ := named(t, append(opts, WithWait(wait))...)
						c := consumer(t, s)
						done := waits(t, &c.guard, consumerCalls(ctx, c)[verb])
						must(t, closing(closer, s, c.Close))
						want(t, verb, <-done, ErrClosed)
					}
				})
			}
		}
	}
}

func closing(what string, s *Segment, handle func() error) error {
	if what == "segment" {
		return s.Close()
	}
	return handle()
}

func TestABorrowedRecordStaysValidUntilReleaseAfterClose(t *testing.T) {
	for _, closer := range []string{"handle", "segment"} {
		t.Run(closer, func(t *testing.T) {
			s, dir := named(t)
			p, c := producer(t, s), consumer(t, s)
			b := pattern(1000, 1)
			must(t, p.TrySend(b))
			must(t, p.TrySend([]byte("next")))
			r, err := c.TryNext()
			must(t, err)
			must(t, closing(closer, s, c.Close))

			if !bytes.Equal(r.Payload, b) {
				t.Error("the payload changed")
			}
			again, err := Open("feed", dir)
			must(t, err)
			defer again.Close()
			_, err = again.Consumer()
			want(t, "a successor before Release", err, ErrBusy)
			_, err = c.TryNext()
			want(t, "TryNext", err, ErrClosed)

			c.Release()
			expect(t, consumer(t, again), "next")
			c.Release() // the second does nothing
		})
	}
}

func TestAReservationStaysValidUntilItEndsAfterClose(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		for _, closer := range []string{"handle", "segment"} {
			for _, end := range []string{"Commit", "CommitN", "Abort"} {
				t.Run(kind.String()+"/"+closer+"/"+end, func(t *testing.T) {
					s, dir := named(t, withProducers(kind, 1))
					p := producer(t, s)
					r, err := p.TryReserve(100)
					must(t, err)
					must(t, closing(closer, s, p.Close))

					again, err := Open("feed", dir)
					must(t, err)
					defer again.Close()
					_, err = again.Producer()
					want(t, "a successor before the end", err, ErrBusy)
					copy(r.Bytes(), pattern(100, 1))
					want(t, "TrySend", p.TrySend(nil), ErrClosed)

					c := consumer(t, again)
					switch end {
					case "Commit":
						must(t, r.Commit())
						expect(t, c, string(pattern(100, 1)))
					case "CommitN":
						must(t, r.CommitN(7))
						expect(t, c, string(pattern(100, 1)[:7]))
					case "Abort":
						r.Abort()
					}
					want(t, "a second end", r.Commit(), ErrClosed)
					r.Abort()
					p2 := producer(t, again)
					must(t, p2.TrySend([]byte("successor")))
					expect(t, c, "successor")
				})
			}
		}
	}
}

func TestCloseInsideACallbackIsClean(t *testing.T) {
	s, _ := named(t)
	p, c := producer(t, s), consumer(t, s)
	for range 3 {
		must(t, p.TrySend([]byte("x")))
	}
	n, err := c.Drain(0, func(r Record) error { return c.Close() })
	if n != 1 {
		t.Errorf("drained %d, want 1", n)
	}
	want(t, "Drain", err, ErrClosed)
	c = consumer(t, s)
	for _, err := range c.All(ctx) {
		must(t, err)
		must(t, s.Close())
		break
	}
	err = p.SendFunc(ctx, 1, func([]byte) (int, error) { return 1, nil })
	want(t, "SendFunc", err, ErrClosed)
}

func TestTheFastPathsStayOpenWhenAnotherHandleIsClosed(t *testing.T) {
	s := heap(t, WithKind(MPSC))
	p, c := pair(t, s)
	other, err := s.Producer()
	must(t, err)
	must(t, other.Close())
	if !p.guard.Start() || !c.guard.Start() {
		t.Error("every call goes the slow path now")
	}
	p.guard.Leave()
	c.guard.Leave()
	if other.guard.Start() {
		t.Error("the closed one is open")
	}
	want(t, "the closed one's call", other.guard.Refuse(), ErrClosed)
}

func TestDrainDoesNotRelyOnMemoryThatItsCallbackGaveBack(t *testing.T) {
	p, c := pair(t, heap(t))
	fill(t, p, 3)
	n, err := c.drainFast(3, func(Record) error { c.Release(); return nil })
	if must(t, err); n != 1 {
		t.Errorf("%d records in one go: Close could unmap them in between", n)
	}
	n, err = c.Drain(0, func(Record) error { c.Release(); return nil })
	if must(t, err); n != 2 {
		t.Errorf("%d records were left, want 2", n)
	}
}
