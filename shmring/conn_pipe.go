package shmring

import (
	"errors"

	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/transport"
)

// Pipe returns both ends of a connection inside this process, over rings in Go memory: for tests, which the
// race detector can follow, and for programs that talk to themselves as they talk to others.
//
// Options: WithMaxMessage, WithCapacity, WithMaxRecord, WithChecksum, WithWait, WithLogger.
func Pipe(opts ...Option) (*Conn, *Conn, error) {
	o, err := collect(&callPipe, opts)
	if err != nil {
		return nil, nil, err
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
	left, right := &connRings{link: a, out: ab, in: dc}, &connRings{link: b, out: cd, in: ba}
	if err := errors.Join(left.occupy(), right.occupy()); err != nil {
		return nil, nil, err
	}
	a.doorbell.OnNotify(b.doorbell.Wake)
	b.doorbell.OnNotify(a.doorbell.Wake)
	x, y := left.newRing(uint64(o.maxMessage)), right.newRing(uint64(o.maxMessage))
	transport.Join(x, y)
	return pipeEnd(x, left), pipeEnd(y, right), nil
}

// pipeRing returns one ring in Go memory as its producer's side and its consumer's have it.
func pipeRing(o *options, producer, consumer link) (out, in *Segment, err error) {
	ro := connOptions(o, o.capacity)
	if out, err = heapSegment(ro, producer); err != nil {
		return nil, nil, err
	}
	in, err = attach("", "", &shm.Mapping{Data: out.mapping.Data}, ro, consumer)
	return out, in, err
}

func pipeEnd(r *transport.Ring, rings *connRings) *Conn {
	c := newConn(Peer{}, r.MaxMessage(), pipeAddr{}, pipeAddr{})
	c.chosen = Transport{Kind: TransportRing, Reason: "both ends are in this process"}
	c.rings = rings
	c.carry(r)
	return c
}

// pipeAddr is the address of both ends of a Pipe.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "shmring" }
func (pipeAddr) String() string  { return "pipe" }
