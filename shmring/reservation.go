package shmring

import (
	"context"
	"strconv"

	"github.com/shmring/ipc/shmring/internal/mem"
)

// Reservation is ring memory lent to a producer. It ends with exactly one of Commit, CommitN and Abort;
// until then the producer sends nothing else, and behind an open reservation of an MPSC ring the
// consumer waits. It is a small value, to be passed by value within the goroutine that owns the Producer.
type Reservation struct {
	p       *Producer
	payload []byte
	opening uint32
}

// TryReserve lends n bytes of ring memory, or returns [ErrFull]. The memory is zero. A committed
// reservation takes 8 bytes more in the ring than a Send, so that it can carry a type.
//
// Errors: as [Producer.TrySend]; [OptionError] for a negative n.
func (p *Producer) TryReserve(n int) (Reservation, error) { return p.reserveBytes(noWait, n, true) }

// Reserve is [Producer.TryReserve] that waits while the ring is full, until ctx ends.
func (p *Producer) Reserve(ctx context.Context, n int) (Reservation, error) {
	return p.reserveBytes(ctx, n, true)
}

// lend reserves n bytes; only extended reservations can carry a type. ctx is nil where the caller does not wait.
func (p *Producer) reserveBytes(ctx context.Context, n int, extended bool) (Reservation, error) {
	if n < 0 {
		return Reservation{}, &OptionError{Option: "Reserve", Got: strconv.Itoa(n), Want: "0 to the largest record"}
	}
	if err := p.enter(); err != nil {
		return Reservation{}, err
	}
	c, err := p.allocWait(ctx, uint64(n), extended || p.checksum)
	if err != nil {
		p.leave()
		return Reservation{}, err
	}
	mem.StoreRelaxed32(&p.lent, 1)
	p.open, p.openType, p.openVersion = c, 0, 0
	p.updateFastPath()
	p.leave()
	return Reservation{p: p, payload: c.payload(&p.ring), opening: p.openings}, nil
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

// Bytes returns the lent memory: exactly the n bytes asked for, valid until Commit, CommitN or Abort.
func (r Reservation) Bytes() []byte { return r.payload }

// SetType gives the record a type and version; 0, 0 if never called.
func (r Reservation) SetType(typ uint16, version uint8) {
	if r.live() {
		r.p.openType, r.p.openVersion = typ, version
	}
}

// Commit publishes all bytes as one record. A reservation that has ended already returns ErrClosed.
func (r Reservation) Commit() error { return r.CommitN(len(r.payload)) }

// CommitN publishes the first n bytes as one record. n outside 0 … len(Bytes()) is an error and
// leaves the reservation open.
func (r Reservation) CommitN(n int) error {
	if !r.live() {
		return ErrClosed
	}
	if n < 0 || n > len(r.payload) {
		return &TooLargeError{Size: uint64(n), Limit: uint64(len(r.payload))}
	}
	p := r.p
	p.enter() // the memory outlives Close until settle
	p.commit(p.open, uint64(n), p.openType, p.openVersion)
	p.finishReservation()
	return p.lossError()
}

// Abort gives the memory back; the record never exists. After Commit it does nothing, so it may be deferred.
func (r Reservation) Abort() {
	if r.live() {
		r.p.enter()
		r.p.abort(r.p.open)
		r.p.finishReservation()
	}
}

func (r Reservation) live() bool {
	return r.p != nil && r.p.lent != 0 && r.p.openings == r.opening
}

// ended closes the books on the open reservation.
func (p *Producer) finishReservation() {
	p.open = claim{}
	p.openings++ // what a Sender lends next is not the ended one
	p.returnLent()
	p.updateFastPath()
}
