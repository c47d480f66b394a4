package shmring

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/shmring/ipc/shmring/internal/deadline"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// NetConn returns the connection as a stream of bytes: a net.Conn with deadlines, and with CloseWrite for a
// half close. Write sends its bytes as messages, Read joins the messages again, whatever call has sent
// them. Every call returns the same net.Conn.
//
// Whoever has only the net.Conn, as [Listener.Accept] and package net/http hand it out, gets the Conn back by the
// method Conn, and so its [Peer]:
//
//	if c, ok := netConn.(interface{ Conn() *shmring.Conn }); ok {
//		peer = c.Conn().Peer()
//	}
//
// It has no SyscallConn: on a ring the bytes do not pass the socket, which is the connection's alone on either
// transport.
//
// Read returns io.EOF after the peer's Close or CloseWrite, and an error that is [ErrPeerDied] where it died.
// Errors are *net.OpError, and os.ErrDeadlineExceeded where a deadline has passed. Deadlines concern the
// net.Conn only. Close closes the Conn. A message that its sender gave up ([Conn.SendFrom], a Send whose
// context ended) after Read had returned some of it ends the reading with io.ErrUnexpectedEOF.
func (c *Conn) NetConn() net.Conn {
	if c.rings != nil {
		c.rings.doorbell.Stream()
	}
	return c.stream
}

// netConn is the byte stream over a Conn.
type netConn struct {
	c       *Conn
	rd, wd  *deadline.Deadline
	number  uint64 // of the message that Read has begun, by c.message
	begun   bool   // some bytes of it have been read
	aborted error  // its sender gave it up after that: the stream has a hole
	chunk   int    // bytes that Write sends at a time, at most
}

// socketChunk is the most that one Write sends at a time over a socket, in bytes.
const socketChunk = 64<<10 - 2*lengthSize

func newNetConn(c *Conn) *netConn {
	if c.ring == nil {
		return &netConn{c: c, rd: deadline.New(nil), wd: deadline.New(nil), chunk: int(min(socketChunk, c.limit))}
	}
	doorbell := c.rings.doorbell
	return &netConn{
		c: c, chunk: int(min(uint64(c.ring.MaxPiece()), c.limit)),
		rd: deadline.New(func() { doorbell.Wake(wait.DataSide) }), wd: deadline.New(func() { doorbell.Wake(wait.SpaceSide) }),
	}
}

// Read reads what has come, at least one byte.
func (n *netConn) Read(b []byte) (int, error) {
	got, err := n.read(n.rd.Current(), b)
	if (err == nil || err == io.EOF) && n.c.closed.Load() {
		// How the peer answers our close notification is no result of a Read that Close has ended.
		got, err = 0, ErrClosed
	}
	if err == nil || err == io.EOF {
		return got, err
	}
	return got, n.opError("read", err)
}

func (n *netConn) read(ctx context.Context, b []byte) (got int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	c := n.c
	if err := c.receiving.Lock(ctx); err != nil {
		return 0, err
	}
	defer c.receiving.Unlock()
	if c.closed.Load() {
		return 0, ErrClosed
	}
	if len(b) == 0 || n.aborted != nil {
		return 0, n.aborted
	}
	for got < len(b) {
		if number := c.message.Load(); number == 0 || number != n.number {
			if got > 0 {
				if !c.ready() {
					break
				}
				ctx = nil
			}
			if err := c.begin(ctx); err != nil {
				return n.partly(got, err)
			}
			n.number, n.begun = number+1, false
			c.message.Store(n.number)
		}
		k, err := c.read(ctx, b[got:])
		got += k
		n.begun = n.begun || k > 0
		switch {
		case n.begun && errors.Is(err, io.ErrUnexpectedEOF):
			n.aborted = err
			return n.partly(got, err)
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF): // the end of a message
			n.number = 0
			if got > 0 && !n.begun {
				return got, nil // a peer may send empty messages without end
			}
			if err := contextError(ctx); err != nil {
				return n.partly(got, err)
			}
		case err != nil:
			return n.partly(got, err)
		}
	}
	return got, nil
}

// partly is the end of a Read by err: bytes come first, err again with the next Read.
func (n *netConn) partly(got int, err error) (int, error) {
	if got > 0 {
		return got, nil
	}
	return 0, err
}

// Write sends all of b.
func (n *netConn) Write(b []byte) (int, error) {
	sent, err := n.write(n.wd.Current(), b)
	if err != nil {
		err = n.opError("write", err)
	}
	return sent, err
}

func (n *netConn) write(ctx context.Context, b []byte) (sent int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := n.c.lockSending(ctx); err != nil {
		return 0, err
	}
	defer n.c.sending.Unlock()
	for sent < len(b) {
		k := min(len(b)-sent, n.chunk)
		if err := n.c.send(ctx, b[sent:sent+k]); err != nil {
			return sent, err
		}
		sent += k
		if err := ctx.Err(); err != nil && sent < len(b) {
			return sent, err
		}
	}
	return sent, nil
}

// opError gives an error the form that users of package net expect.
func (n *netConn) opError(op string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.ErrDeadlineExceeded
	}
	return &net.OpError{Op: op, Net: n.c.local.Network(), Source: n.c.local, Addr: n.c.remote, Err: err}
}

// Conn returns the connection beneath: see [Conn.NetConn].
func (n *netConn) Conn() *Conn { return n.c }

// CloseWrite ends the sending: see [Conn.CloseWrite].
func (n *netConn) CloseWrite() error {
	if err := n.c.CloseWrite(); err != nil {
		return n.opError("close", err)
	}
	return nil
}

func (n *netConn) Close() error         { return n.c.Close() }
func (n *netConn) LocalAddr() net.Addr  { return n.c.local }
func (n *netConn) RemoteAddr() net.Addr { return n.c.remote }

func (n *netConn) SetDeadline(t time.Time) error      { return n.setDeadline(t, n.rd, n.wd) }
func (n *netConn) SetReadDeadline(t time.Time) error  { return n.setDeadline(t, n.rd) }
func (n *netConn) SetWriteDeadline(t time.Time) error { return n.setDeadline(t, n.wd) }

func (n *netConn) setDeadline(t time.Time, deadlines ...*deadline.Deadline) error {
	if n.c.closed.Load() {
		return n.opError("set", ErrClosed)
	}
	for _, d := range deadlines {
		d.Set(t)
	}
	return nil
}
