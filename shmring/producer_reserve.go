package shmring

import (
	"context"
	"strconv"

	"github.com/shmring/ipc/shmring/internal/ring"
)

// openReservation is the reservation that is out. At most one is.
type openReservation struct {
	claim  ring.Claim
	meta   ring.Meta
	number uint32 // of the reservation, by those that have ended
}

// TryReserve lends n bytes of ring memory, or returns [ErrFull]. The memory is zero. A committed
// reservation takes 8 bytes more in the ring than a Send, so that it can carry a type.
//
// Errors: as [Producer.TrySend]; [OptionError] for a negative n.
func (p *Producer) TryReserve(n int) (Reservation, error) { return p.reserve(noWait, n, true) }

// Reserve is [Producer.TryReserve] that waits while the ring is full, until ctx ends.
func (p *Producer) Reserve(ctx context.Context, n int) (Reservation, error) {
	return p.reserve(ctx, n, true)
}

// reserve lends n bytes; only extended reservations can carry a type. ctx is nil where the caller does not wait.
func (p *Producer) reserve(ctx context.Context, n int, extended bool) (Reservation, error) {
	if n < 0 {
		return Reservation{}, &OptionError{Option: "Reserve", Got: strconv.Itoa(n), Want: "0 to the largest record"}
	}
	if err := p.guard.Enter(); err != nil {
		return Reservation{}, err
	}
	defer p.guard.Leave()
	c, err := p.alloc(ctx, uint64(n), extended)
	if err != nil {
		return Reservation{}, err
	}
	p.guard.Lend()
	p.open.claim, p.open.meta = c, ring.Meta{}
	p.ring.Pause()
	return Reservation{p: p, payload: p.ring.Payload(c), number: p.open.number}, nil
}

// endReservation closes the books on the open reservation. The caller has entered; endReservation leaves.
func (p *Producer) endReservation() {
	p.open.claim = ring.Claim{}
	p.open.number++ // a copy of the Reservation has ended, too
	p.ring.Resume()
	p.guard.TakeBack()
}

// SendFunc reserves n bytes, lets fill write them and commits the number of bytes that fill returns. If
// fill fails or panics, the reservation is aborted.
func (p *Producer) SendFunc(ctx context.Context, n int, fill func(b []byte) (int, error)) error {
	r, err := p.Reserve(ctx, n)
	if err != nil {
		return err
	}
	defer r.Abort() // does nothing after a commit
	n, err = fill(r.Bytes())
	if err != nil {
		return err
	}
	return r.CommitN(n)
}
