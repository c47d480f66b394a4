package shmring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/shmring/ipc/layout"
)

// These run the rings over Go memory with many goroutines: the race detector sees what it cannot see in mapped
// memory.

func TestFourProducersKeepTheirOrder(t *testing.T) {
	const producers, records = 4, 5000
	for _, wait := range []Wait{Adaptive, Spin, Park} {
		for _, checks := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v/checksums=%v", wait, checks), func(t *testing.T) {
				opts := []Option{WithKind(MPSC), WithCapacity(layout.MinCapacity), WithWait(wait)}
				if checks {
					opts = append(opts, WithChecksum())
				}
				s := heap(t, opts...)
				c := consumer(t, s)
				for id := range uint64(producers) {
					p := producer(t, s)
					go func() {
						if err := errors.Join(sendNumbered(t, p, id, records), p.Close()); err != nil {
							t.Error(err)
						}
					}()
				}
				var next [producers]uint64
				take := 0
				for {
					b, err := takers[take%2].take(c, nil) // Recv and TryRecv in turn
					take++
					if errors.Is(err, ErrEmpty) {
						continue
					}
					if err == io.EOF {
						break
					}
					must(t, err)
					id, i := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
					if id >= producers || i != next[id] || string(b[16:]) != string(pattern(int(i%200), i)) {
						t.Fatalf("got record %d of producer %d, want %d", i, id, next[id])
					}
					next[id]++
				}
				for id, n := range next {
					if n != records {
						t.Errorf("%d records of producer %d, want %d", n, id, records)
					}
				}
				if st := s.Stats(); st.Sent != producers*records || st.Received != st.Sent || st.Used != 0 || st.Recovered != 0 {
					t.Errorf("stats: %+v", st)
				}
			})
		}
	}
}

// sendNumbered sends records of producer id in all ways in turn, each with its number.
func sendNumbered(t *testing.T, p *Producer, id, records uint64) error {
	for i := range records {
		b := binary.LittleEndian.AppendUint64(nil, id)
		b = binary.LittleEndian.AppendUint64(b, i)
		b = append(b, pattern(int(i%200), i)...)
		way := senders[i%uint64(len(senders))]
		err := way.send(p, b)
		for errors.Is(err, ErrFull) {
			err = p.Send(soon(t), b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		if i%97 == 0 { // a reservation that comes to nothing
			r, err := p.Reserve(soon(t), 30)
			if err != nil {
				return err
			}
			copy(r.Bytes(), pattern(30, i))
			r.Abort()
		}
	}
	return nil
}

func TestLookersDisturbNobody(t *testing.T) {
	for _, kind := range []Kind{SPSC, MPSC} {
		s := heap(t, WithKind(kind), WithCapacity(layout.MinCapacity))
		p, c := pair(t, s)
		stop := make(chan struct{})
		looked := make(chan int)
		go func() {
			n := 0
			for ; ; n++ {
				select {
				case <-stop:
					looked <- n
					return
				default:
					s.Stats()
					s.Info()
				}
			}
		}()
		go func() {
			for i := range 5000 {
				if err := p.Send(soon(t), pattern(i%300, 1)); err != nil {
					t.Error(err)
				}
			}
			p.Close()
		}()
		n := 0
		for _, err := range c.All(soon(t)) {
			must(t, err)
			n++
		}
		close(stop)
		if looks := <-looked; n != 5000 || looks == 0 {
			t.Errorf("%d records, %d looks", n, looks)
		}
	}
}

func TestHandlesMayBeClosedWhileTheyWork(t *testing.T) {
	for i := range 200 {
		s := heap(t, WithKind(MPSC), WithCapacity(layout.MinCapacity))
		p, c := pair(t, s)
		done := make(chan error, 2)
		go func() {
			var err error
			for err == nil {
				err = p.Send(soon(t), make([]byte, 100))
			}
			done <- err
		}()
		go func() {
			var err error
			for err == nil {
				_, err = c.Recv(soon(t), nil)
			}
			done <- err
		}()
		switch i % 3 {
		case 0:
			must(t, s.Close())
		case 1:
			must(t, p.Close())
			must(t, c.Close())
		case 2:
			must(t, c.Close())
			must(t, p.Close())
		}
		for range 2 {
			if err := <-done; !errors.Is(err, ErrClosed) && err != io.EOF {
				t.Errorf("got %v, want ErrClosed or the end", err)
			}
		}
	}
}
