package shmring

import (
	"testing"

	"github.com/shmring/ipc/shmring/internal/lease"
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
	f := &frugal{Table: s.leases}
	s.leases = f
	for range producers {
		producer(t, s)
	}
	if f.tries != producers {
		t.Errorf("%d attempts for %d producers", f.tries, producers)
	}
	_, err := s.Producer()
	want(t, "one more", err, ErrBusy)
}
