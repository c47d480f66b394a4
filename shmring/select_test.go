package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"
)

// choir makes n rings and their parties, and a Selector over them.
func choir(t *testing.T, n int) ([]*Producer, []*Consumer, *Selector) {
	t.Helper()
	producers, consumers := make([]*Producer, n), make([]*Consumer, n)
	for i := range n {
		producers[i], consumers[i] = pair(t, heap(t, WithCapacity(4096)))
	}
	s, err := NewSelector(consumers...)
	if err != nil {
		t.Fatal(err)
	}
	return producers, consumers, s
}

func TestASelectorServesSixtyFourRingsToTheirEnds(t *testing.T) {
	const rings, records = 64, 200
	producers, consumers, s := choir(t, rings)
	for i, p := range producers {
		go func() {
			defer p.Close()
			var b [16]byte
			for n := range uint64(records) {
				binary.LittleEndian.PutUint64(b[:], uint64(i))
				binary.LittleEndian.PutUint64(b[8:], n)
				if err := p.Send(ctx, b[:]); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	index := map[*Consumer]int{}
	for i, c := range consumers {
		index[c] = i
	}
	var next [rings]uint64
	for len(consumers) > 0 {
		c, err := s.Wait(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.TryRecv(nil)
		if err == io.EOF {
			left := make([]*Consumer, 0, len(consumers))
			for _, other := range consumers {
				if other != c {
					left = append(left, other)
				}
			}
			if consumers = left; len(left) > 0 {
				if s, err = NewSelector(left...); err != nil {
					t.Fatal(err)
				}
			}
			continue
		}
		if err != nil {
			t.Fatalf("a ring that was ready: %v", err)
		}
		i := index[c]
		if binary.LittleEndian.Uint64(b) != uint64(i) || binary.LittleEndian.Uint64(b[8:]) != next[i] {
			t.Fatalf("ring %d: got %x, want record %d", i, b, next[i])
		}
		next[i]++
	}
	for i, n := range next {
		if n != records {
			t.Errorf("ring %d: %d records, want %d", i, n, records)
		}
	}
}

func TestASleepingSelectorIsWoken(t *testing.T) {
	producers, consumers, s := choir(t, 5)
	asleep := func(act func()) {
		go func() {
			for !producers[3].seg.dataBell.Pending() {
				time.Sleep(100 * time.Microsecond)
			}
			act()
		}()
	}
	asleep(func() { producers[3].TrySend([]byte("up")) })
	if c, err := s.Wait(soon(t)); err != nil || c != consumers[3] {
		t.Fatalf("a record: got consumer %p, %v", c, err)
	}
	if b, err := consumers[3].TryRecv(nil); err != nil || string(b) != "up" {
		t.Fatalf("got %q, %v", b, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	asleep(cancel)
	if _, err := s.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	asleep(func() { consumers[1].Close() })
	if c, err := s.Wait(soon(t)); err != nil || c != consumers[1] {
		t.Errorf("closed: consumer %p, %v", c, err)
	}
	if _, err := consumers[1].TryRecv(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestASelectorTakesTurns(t *testing.T) {
	producers, consumers, s := choir(t, 3)
	for _, p := range producers {
		for range 5 {
			must(t, p.TrySend(nil))
		}
	}
	seen := map[*Consumer]int{}
	for range 15 {
		c, err := s.Wait(soon(t))
		must(t, err)
		_, err = c.TryRecv(nil)
		must(t, err)
		seen[c]++
		if len(seen) == 2 && len(consumers) == 3 && seen[c] > 3 {
			t.Fatal("one ring waits while others are served again and again")
		}
	}
	if len(seen) != 3 {
		t.Errorf("served %d rings of 3", len(seen))
	}
}

func TestASelectorNeedsOneToMaxSelectConsumers(t *testing.T) {
	for _, n := range []int{0, MaxSelect + 1} {
		if _, err := NewSelector(make([]*Consumer, n)...); !errors.Is(err, ErrOption) {
			t.Errorf("%d consumers: %v", n, err)
		}
	}
}
