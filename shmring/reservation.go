package shmring

// Reservation is ring memory lent to a producer. It ends with exactly one of Commit, CommitN and Abort;
// until then the producer sends nothing else, and behind an open reservation of an MPSC ring the
// consumer waits. It is a small value, to be passed by value within the goroutine that owns the Producer.
type Reservation struct {
	p       *Producer
	payload []byte
	number  uint32
}

// Bytes returns the lent memory: exactly the n bytes asked for, valid until Commit, CommitN or Abort.
func (r Reservation) Bytes() []byte { return r.payload }

// SetType gives the record a type and version; 0, 0 if never called.
func (r Reservation) SetType(typ uint16, version uint8) {
	if r.live() {
		r.p.open.meta = meta(typ, version)
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
	p.guard.Enter() // the memory outlives Close until endReservation
	p.ring.Commit(p.open.claim, uint64(n), p.open.meta)
	p.endReservation()
	return p.guard.LossError()
}

// Abort gives the memory back; the record never exists. After Commit it does nothing, so it may be deferred.
func (r Reservation) Abort() {
	if r.live() {
		p := r.p
		p.guard.Enter() // the memory outlives Close until endReservation
		p.ring.Abort(p.open.claim)
		p.endReservation()
	}
}

// live reports whether the reservation is the one that is out.
func (r Reservation) live() bool {
	return r.p != nil && r.p.guard.Lent() && r.p.open.number == r.number
}
