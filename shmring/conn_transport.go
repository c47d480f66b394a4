package shmring

import (
	"context"
	"fmt"

	"github.com/shmring/ipc/shmring/internal/transport"
)

// TransportKind is what carries the messages between the two ends of a connection.
type TransportKind string

// The kinds of transport.
const (
	TransportRing   TransportKind = "ring"   // through shared memory
	TransportSocket TransportKind = "socket" // as frames on the socket
)

// Transport says what carries the messages of a connection, and why.
type Transport struct {
	Kind   TransportKind
	Reason string // for people
	Err    error  // what kept this side from the ring; nil on a ring, and where the peer or an option decided
}

// String returns "ring" or "socket".
func (t Transport) String() string { return string(t.Kind) }

// Transport says what carries the messages, and why.
func (c *Conn) Transport() Transport { return c.chosen }

// carry makes t carry the connection's messages. A ring's transport makes indirect calls to producer and consumer. The
// calls below that are made for every message are therefore direct on a ring, and most messages pass it by.
func (c *Conn) carry(t transport.Transport) {
	c.transport = t
	c.ring, _ = t.(*transport.Ring)
	c.stream = newNetConn(c)
}

// send sends a message that is a body alone. The producer takes one that fits a record without its transport.
func (c *Conn) send(ctx context.Context, body []byte) (err error) {
	if c.ring == nil {
		err = c.transport.Send(ctx, body)
	} else if len(body) <= c.ring.MaxPiece() {
		if err = c.rings.tx.send(ctx, body); err != nil {
			err = c.ring.SendError(err)
		}
	} else {
		err = c.ring.Send(ctx, body)
	}
	if err != nil {
		return c.publicError(err)
	}
	return nil
}

// recv receives a message, its parts joined to its body. The consumer gives one that is a plain record without its transport.
func (c *Conn) recv(ctx context.Context, dst []byte) (_ []byte, err error) {
	if c.ring == nil {
		dst, err = c.transport.Recv(ctx, dst)
	} else if c.ring.Pending() {
		dst, err = c.ring.Recv(ctx, dst)
	} else if dst, err = c.rings.rx.recv(ctx, dst); err == errFragmentOnly {
		dst, err = c.ring.Recv(ctx, dst)
	} else if err != nil || uint64(len(dst)) > c.limit {
		dst, err = dst[:0], c.ring.RecvError(ctx, len(dst), err)
	}
	if err != nil {
		return dst, c.publicError(err)
	}
	return dst, nil
}

// begin begins the next message. ctx is nil where ready has reported true.
func (c *Conn) begin(ctx context.Context) (err error) {
	if c.ring != nil {
		err = c.ring.Begin(ctx)
	} else {
		err = c.transport.Begin(ctx)
	}
	if err != nil {
		return c.publicError(err)
	}
	return nil
}

// read reads from the message that begin has begun.
func (c *Conn) read(ctx context.Context, b []byte) (n int, err error) {
	if c.ring != nil {
		n, err = c.ring.Read(ctx, b)
	} else {
		n, err = c.transport.Read(ctx, b)
	}
	if err != nil {
		return n, c.publicError(err)
	}
	return n, nil
}

// ready reports whether another message is known to be there.
func (c *Conn) ready() bool {
	if c.ring != nil {
		return c.ring.Ready()
	}
	return c.transport.Ready()
}

// publicError turns an error of the transport into one of this package.
func (c *Conn) publicError(err error) error {
	switch e := err.(type) {
	case *transport.WaitError:
		return &WaitError{Op: e.Op, Err: e.Err}
	case *transport.TooLargeError:
		return &TooLargeError{Size: e.Size, Limit: e.Limit}
	case *transport.MalformedError:
		return fmt.Errorf("%w: %w", ErrCorrupt, e.Err)
	}
	if err == transport.ErrPeerDied {
		return &PeerDiedError{Role: RolePeer, PID: c.peer.PID}
	}
	return err
}
