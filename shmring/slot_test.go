package shmring

import (
	"testing"

	"github.com/shmring/ipc/shmring/internal/lease"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// frugal counts attempts at leases.
type frugal struct {
	lease.Table
	tries int
}

func (f *frugal) Acquire(off int64) (lease.Lease, error) {
	f.tries++
	return f.Table.Acquire(off)
}

func TestNoSlotIsTriedThatALivingProducerHolds(t *testing.T) {
	const producers = 20
	s := heap(t, WithKind(MPSC), WithMaxProducers(producers))
	f := &frugal{Table: s.slots.Leases}
	s.slots.Leases = f
	for range producers {
		producer(t, s)
	}
	if f.tries != producers {
		t.Errorf("%d attempts for %d producers", f.tries, producers)
	}
	_, err := s.Producer()
	want(t, "one more", err, ErrBusy)
}

func TestAProducerDoesNotWaitForAConsumerThatWorksOffTheRing(t *testing.T) {
	const capacity = 16 << 20
	s := heap(t, WithCapacity(capacity))
	p, c := pair(t, s)
	for p.TrySend(make([]byte, 8)) == nil {
	}
	must(t, p.Close())
	attached, busy, left := make(chan bool), make(chan bool), make(chan uint64)
	go func() {
		for { // the whole ring in about half a second, clearing often
			select {
			case <-attached:
				left <- capacity - c.ring.Position()
				return
			default:
			}
			if _, err := c.TryRecv(nil); err != nil {
				t.Error(err)
				<-attached
				left <- 0
				return
			}
			mem.Pause(20)
			if c.ring.Position() == 4096 {
				close(busy)
			}
		}
	}()
	<-busy
	p = producer(t, s)
	close(attached)
	if n := <-left; n < capacity/2 || p.ring.Position() != capacity {
		t.Errorf("attached at %d with %d of %d bytes left", p.ring.Position(), n, capacity)
	}
}
