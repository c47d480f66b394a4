package shmring

import (
	"github.com/shmring/ipc/shmring/internal/shm"
)

// Pipe returns both ends of a connection inside this process, over rings in Go memory: for tests, which the
// race detector can follow, and for programs that talk to themselves as they talk to others.
//
// Options: WithCapacity, WithMaxRecord, WithMaxMessage, WithWait, WithChecksum, WithLogger.
func Pipe(opts ...Option) (*Conn, *Conn, error) {
	o := collect(opts)
	if err := o.connectable(); err != nil {
		return nil, nil, err
	}
	if !o.sized {
		o.capacity = DefaultConnCapacity
	}
	a, b := newDoorbell(), newDoorbell()
	ab, ba, err := twins(&o, a, b)
	if err != nil {
		return nil, nil, err
	}
	cd, dc, err := twins(&o, b, a)
	if err != nil {
		return nil, nil, err
	}
	left, err := attachDuplex(a, ab, dc)
	if err != nil {
		return nil, nil, err
	}
	right, err := attachDuplex(b, cd, ba)
	if err != nil {
		return nil, nil, err
	}
	a.knock, b.knock = b.answer, a.answer
	limit, piece := uint64(o.maxMessage), left.tx.pieceSize()
	x, y := &ringLine{duplex: left, limit: limit, piece: piece}, &ringLine{duplex: right, limit: limit, piece: piece}
	x.hangUp = func() error { y.ended(); return nil }
	y.hangUp = func() error { x.ended(); return nil }
	return pipeEnd(x), pipeEnd(y), nil
}

// twins returns one ring in Go memory as its producer's side and its consumer's have it.
func twins(o *options, producer, consumer *doorbell) (out, in *Segment, err error) {
	po, co := ringOptions(o, producer, o.capacity), ringOptions(o, consumer, o.capacity)
	if out, err = heapSegment(po); err != nil {
		return nil, nil, err
	}
	in, err = attach("", "", &shm.Mapping{Data: out.mapping.Data}, co)
	return out, in, err
}

func pipeEnd(r *ringLine) *Conn {
	c := newConn(r.peer, r.limit, pipeAddr{}, pipeAddr{})
	c.transport = Transport{Road: RoadRing, Reason: "both ends are in this process"}
	c.run(r)
	return c
}

// pipeAddr is the address of both ends of a Pipe.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "shmring" }
func (pipeAddr) String() string  { return "pipe" }
