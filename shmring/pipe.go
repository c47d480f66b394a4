package shmring

import (
	"github.com/shmring/ipc/shmring/internal/shm"
)

// Pipe returns both ends of a connection inside this process, over rings in Go memory: for tests, which the
// race detector can follow, and for programs that talk to themselves as they talk to others.
//
// Options: WithCapacity, WithMaxRecord, WithMaxMessage, WithWait, WithChecksum, WithLogger.
func Pipe(opts ...Option) (*Conn, *Conn, error) {
	o, err := collect(&callPipe, opts)
	if err != nil {
		return nil, nil, err
	}
	if err := o.connectable(); err != nil {
		return nil, nil, err
	}
	if !o.has(optCapacity) {
		o.capacity = DefaultConnCapacity
	}
	a, b := newLink(), newLink()
	ab, ba, err := pipeRing(&o, a, b)
	if err != nil {
		return nil, nil, err
	}
	cd, dc, err := pipeRing(&o, b, a)
	if err != nil {
		return nil, nil, err
	}
	left, err := attachRingPair(a, ab, dc)
	if err != nil {
		return nil, nil, err
	}
	right, err := attachRingPair(b, cd, ba)
	if err != nil {
		return nil, nil, err
	}
	a.doorbell.OnNotify(b.doorbell.Wake)
	b.doorbell.OnNotify(a.doorbell.Wake)
	limit, piece := uint64(o.maxMessage), left.tx.pieceSize()
	x, y := &ringTransport{ringPair: left, limit: limit, piece: piece}, &ringTransport{ringPair: right, limit: limit, piece: piece}
	x.hangUp = func() error { y.ended(); return nil }
	y.hangUp = func() error { x.ended(); return nil }
	return pipeEnd(x), pipeEnd(y), nil
}

// twins returns one ring in Go memory as its producer's side and its consumer's have it.
func pipeRing(o *options, producer, consumer link) (out, in *Segment, err error) {
	ro := ringOptions(o, o.capacity)
	if out, err = heapSegment(ro, producer); err != nil {
		return nil, nil, err
	}
	in, err = attach("", "", &shm.Mapping{Data: out.mapping.Data}, ro, consumer)
	return out, in, err
}

func pipeEnd(r *ringTransport) *Conn {
	c := newConn(r.peer, r.limit, pipeAddr{}, pipeAddr{})
	c.transport = Transport{Kind: TransportRing, Reason: "both ends are in this process"}
	c.run(r)
	return c
}

// pipeAddr is the address of both ends of a Pipe.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "shmring" }
func (pipeAddr) String() string  { return "pipe" }
