package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync/atomic"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/calllock"
	"github.com/shmring/ipc/shmring/internal/transport"
)

// Conn is a connection to another process. It carries messages, whole and in order, in both directions:
// through two rings in shared memory where that can be had, as frames on the socket where not, with the same
// calls and the same errors. [Conn.Transport] says which it is.
//
// A message is a body, and parts that travel beside it ([frame.Message]); Send sends a body alone, and
// Recv receives body and parts as one. Both directions are independent. A Conn is safe for
// concurrent use: senders take turns, and so do receivers.
//
// # The end
//
// After the peer's Close, or its CloseWrite, its messages are delivered and then io.EOF; sending to a peer
// that has closed gives [ErrPeerClosed]. A peer that died without closing gives a [PeerDiedError] instead:
// to a receiver after everything it had sent, to a sender at once, also where it waits for room. (A
// socket's sender that learns from the system alone that nobody is there calls that a death, too.)
// Close makes every call of this side return ErrClosed.
//
// A call whose context ends returns an error that wraps ctx.Err(), and the connection stays usable: a message
// that was being received comes with the next call; one that was being sent does not exist. (On a
// socket, a message of which some bytes had gone counts as sent, and the call returns nil.)
type Conn struct {
	transport transport.Transport
	ring      *transport.Ring // the same, where it is one; else nil
	rings     *connRings      // of the ring; else nil
	chosen    Transport
	stream    *netConn
	peer      Peer
	limit     uint64
	local     net.Addr
	remote    net.Addr
	sending   calllock.Mutex
	receiving calllock.Mutex
	message   atomic.Uint64 // number of the one that RecvStream has begun
	closed    atomic.Bool
	gone      chan struct{} // closed when Close is done
}

func newConn(peer Peer, limit uint64, local, remote net.Addr) *Conn {
	c := &Conn{peer: peer, limit: limit, local: local, remote: remote, gone: make(chan struct{})}
	c.sending.Init()
	c.receiving.Init()
	return c
}

// MaxMessage returns the largest message in bytes that both sides take: the length of the body and, where
// there are parts, of each part and 8 more.
func (c *Conn) MaxMessage() int64 { return int64(c.limit) }

// Send sends one message; payload is the caller's again when it returns. It waits while ring or
// socket are full, until ctx ends.
//
// Errors: [TooLargeError] before a byte is written, ErrClosed, ErrPeerClosed, [PeerDiedError], [WaitError].
func (c *Conn) Send(ctx context.Context, payload []byte) error {
	if uint64(len(payload)) > c.limit {
		return &TooLargeError{Size: uint64(len(payload)), Limit: c.limit}
	}
	if err := c.lockSending(ctx); err != nil {
		return err
	}
	err := c.send(ctx, payload)
	c.sending.Unlock()
	return err
}

// SendMessage is Send for a body with parts, which are written from where they lie.
func (c *Conn) SendMessage(ctx context.Context, m frame.Message) error {
	if size := messageSize(m); size > c.limit {
		return &TooLargeError{Size: size, Limit: c.limit}
	}
	if err := c.lockSending(ctx); err != nil {
		return err
	}
	err := c.transport.SendMessage(ctx, m)
	c.sending.Unlock()
	return c.publicError(err)
}

// SendFrom sends one message of exactly size bytes, 0 or more, that it reads from src. Neither end needs memory
// for the whole of it, and MaxMessage does not apply; but only RecvStream receives a message above it.
//
// On an error the message does not exist. On a socket one that has begun cannot be called off: an error of
// src, or the end of ctx, then ends the connection.
func (c *Conn) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	if size < 0 {
		return &OptionError{Option: "SendFrom", Got: "negative size", Want: "0 or more bytes"}
	}
	if size > maxStreamed {
		return &TooLargeError{Size: uint64(size), Limit: maxStreamed}
	}
	if err := c.lockSending(ctx); err != nil {
		return err
	}
	defer c.sending.Unlock()
	return c.publicError(c.transport.SendFrom(ctx, src, size))
}

// maxStreamed is the largest message that SendFrom takes, in bytes: with its lengths it must fit an int64.
const maxStreamed = math.MaxInt64 - 2*lengthSize

// CloseWrite ends this side's sending: the peer receives what was sent, then io.EOF. Receiving goes on. A Send that
// waits for space returns ErrClosed. (On a socket, a message of which some bytes had gone counts as sent, and the call
// returns nil; one from SendFrom is cut, which the peer takes for a death.) CloseWrite does not wait for the peer: what a
// socket has no room for goes out without the caller, until Close.
func (c *Conn) CloseWrite() error {
	if c.closed.Load() {
		return ErrClosed
	}
	return c.publicError(c.transport.CloseWrite())
}

// Recv receives one message: its body, followed by its parts if it has any, copied to dst[:0], which grows
// if needed. Recv waits until ctx ends.
//
// Errors: io.EOF, [PeerDiedError], ErrClosed, [WaitError]; ErrTooLarge for a message above MaxMessage and
// ErrCorrupt for one that no correct peer sends, both of which end the receiving for good.
func (c *Conn) Recv(ctx context.Context, dst []byte) ([]byte, error) {
	if err := c.lockReceiving(ctx); err != nil {
		return dst[:0], err
	}
	dst, err := c.recv(ctx, dst)
	c.receiving.Unlock()
	return dst, err
}

// RecvMessage receives one message in memory of its own, with its parts. Errors as [Conn.Recv].
func (c *Conn) RecvMessage(ctx context.Context) (frame.Message, error) {
	if err := c.lockReceiving(ctx); err != nil {
		return frame.Message{}, err
	}
	defer c.receiving.Unlock()
	m, err := c.transport.RecvMessage(ctx)
	return m, c.publicError(err)
}

// RecvStream waits for the next message and returns a reader of it: of its body, followed by its
// parts if it has any, up to io.EOF. It needs no memory for the whole, however large that is. The
// reader waits under ctx and is valid until the next receiving call, which skips what is left of the message;
// then Read returns ErrClosed. Errors as [Conn.Recv]; io.ErrUnexpectedEOF from Read says that the
// sender gave the message up.
func (c *Conn) RecvStream(ctx context.Context) (io.Reader, error) {
	if err := c.lockReceiving(ctx); err != nil {
		return nil, err
	}
	defer c.receiving.Unlock()
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	return &messageReader{c: c, ctx: ctx, number: c.message.Load()}, nil
}

// messageReader is what RecvStream returns.
type messageReader struct {
	c      *Conn
	ctx    context.Context
	number uint64
	over   bool
}

func (m *messageReader) Read(b []byte) (int, error) {
	if m.over {
		return 0, io.EOF
	}
	if len(b) == 0 {
		return 0, nil
	}
	if err := m.c.receiving.Lock(m.ctx); err != nil {
		return 0, &WaitError{Op: "receive", Err: err}
	}
	defer m.c.receiving.Unlock()
	if m.c.closed.Load() || m.c.message.Load() != m.number {
		return 0, ErrClosed
	}
	n, err := m.c.read(m.ctx, b)
	m.over = err == io.EOF
	return n, err
}

// Close ends both directions, and unblocks every call. The peer receives what was sent, then io.EOF. Close does not
// wait for the peer. On a ring everything is given back when it returns; so it is on a socket, unless the peer is slow to
// read: then what was sent, and the end, are offered to it for up to ten more seconds, without the caller. A program
// that exits earlier takes them with it.
func (c *Conn) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		<-c.gone
		return nil
	}
	err := c.transport.Shut()
	// A receiver may have memory lent until it is on its way out. A sender has not, and may be busy with
	// its source for ever.
	err = errors.Join(err, c.receiving.Lock(context.Background()), c.transport.Release())
	c.receiving.Unlock()
	close(c.gone)
	return err
}

func (c *Conn) lockSending(ctx context.Context) error {
	if err := c.sending.Lock(ctx); err != nil {
		return &WaitError{Op: "send", Err: err}
	}
	if c.closed.Load() {
		c.sending.Unlock()
		return ErrClosed
	}
	return nil
}

// lockReceiving also ends the reader that RecvStream returned last.
func (c *Conn) lockReceiving(ctx context.Context) error {
	if err := c.receiving.Lock(ctx); err != nil {
		return &WaitError{Op: "receive", Err: err}
	}
	if c.closed.Load() {
		c.receiving.Unlock()
		return ErrClosed
	}
	c.message.Store(c.message.Load() + 1)
	return nil
}

// messageSize is what MaxMessage limits.
func messageSize(m frame.Message) uint64 {
	return uint64(m.Size() - 2*lengthSize)
}

// Peer is the process at the other end of a connection, as the kernel knows it.
type Peer struct {
	PID   int    // 0 where the system does not say: TCP, another pid namespace
	UID   uint32 // of its effective user when it connected, or began to listen
	Known bool   // UID is valid
}

// Peer returns what the kernel says about the other end.
func (c *Conn) Peer() Peer { return c.peer }

// CredentialsError says that the process at the other end belongs to another user than this process or
// root, which [WithForeignOwner] allows. It unwraps to [ErrPermission].
type CredentialsError struct {
	PID       int
	UID, Want uint32
}

func (e *CredentialsError) Error() string {
	who := "the peer"
	if e.PID != 0 {
		who = fmt.Sprintf("the peer, process %d,", e.PID)
	}
	return fmt.Sprintf("shmring: %s belongs to user %d, want user %d or root (WithForeignOwner)", who, e.UID, e.Want)
}

// Unwrap returns ErrPermission.
func (e *CredentialsError) Unwrap() error { return ErrPermission }
