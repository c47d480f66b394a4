package transport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/sock"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// Sender is the producer of the ring that an end sends on. Its calls wait for space until ctx ends; after Close, which
// may come at any time, they return ErrClosed.
type Sender interface {
	// Send sends a body as records of at most MaxPiece bytes.
	Send(ctx context.Context, body []byte) error
	// SendFramed sends a message with parts as one record of size bytes: body and parts, each behind its length.
	SendFramed(ctx context.Context, m frame.Message, size int) error
	// SendFramedFrom sends the same, size bytes, as read from src.
	SendFramedFrom(ctx context.Context, src io.Reader, size int64) error
	// MaxPiece returns the largest record in bytes.
	MaxPiece() int
	Close() error
}

// Receiver is the consumer of the ring that an end receives from. After Close, which may come at any time, its calls
// return ErrClosed; what is lent stays valid until Release.
type Receiver interface {
	// Begin begins the next message and lends its first piece.
	Begin(ctx context.Context) (Piece, error)
	// Next gives that back and lends the message's next piece, which is not empty. io.EOF at its end; io.ErrUnexpectedEOF if
	// its sender gave it up.
	Next(ctx context.Context) (Piece, error)
	// Release gives back what is lent.
	Release()
	// Ready reports whether a record is there.
	Ready() bool
	// PeerClosed reports whether the peer has given its slot up, as it does when it closes.
	PeerClosed() bool
	// PeerEnded says that the peer is gone: from now on calls return what it has committed and then err, whatever else is
	// in the memory. It wakes a call that waits.
	PeerEnded(err error)
	Close() error
}

// Piece is one record of a message.
type Piece struct {
	Bytes  []byte // ring memory
	More   bool   // another piece may follow
	Framed bool   // the message is body and parts, each behind its length
}

// RingConfig is what a Ring works on.
type RingConfig struct {
	Sender     Sender
	Receiver   Receiver
	MaxMessage uint64       // bytes of a message that is received whole
	Free       func() error // gives the memory back, when nobody uses it any more
}

// Ring is a transport through two rings. A message without parts is a plain record, or the pieces of one. One with parts
// looks like its frame without the total.
//
// Whoever has the producer and the consumer may send a body of at most MaxPiece bytes as a plain record, and, unless
// Pending, receive one, and spare the indirect call; the errors go through SendError and RecvError.
type Ring struct {
	sender   Sender
	receiver Receiver
	limit    uint64
	maxPiece int
	free     func() error
	hangUp   func() error          // ends the socket, and returns when PeerEnded will not be called any more
	end      atomic.Pointer[error] // what senders get once the peer has ended
	closed   atomic.Bool           // this end has
	inbound
}

// NewRing returns a Ring. Join or JoinSocket must follow.
func NewRing(c RingConfig) *Ring {
	return &Ring{sender: c.Sender, receiver: c.Receiver, limit: c.MaxMessage, maxPiece: c.Sender.MaxPiece(), free: c.Free}
}

// MaxMessage returns the limit of messages that are received whole, in bytes.
func (r *Ring) MaxMessage() uint64 { return r.limit }

// MaxPiece returns the largest message that is sent as one record, in bytes.
func (r *Ring) MaxPiece() int { return r.maxPiece }

// JoinSocket lets the two ends wake each other over the socket conn, whose end is the end of the peer. conn is r's from
// now on, unless there is an error.
func (r *Ring) JoinSocket(conn *net.UnixConn, doorbell *wait.SocketDoorbell) error {
	notifier, err := sock.NewNotifier(conn, byte(wait.DataSide), byte(wait.SpaceSide))
	if err != nil {
		return err
	}
	doorbell.OnNotify(func(s wait.Side) { notifier.Notify(byte(s)) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sock.ReadNotifications(conn, func(bits byte) { doorbell.Wake(wait.Side(bits)) })
		r.PeerEnded()
	}()
	r.hangUp = func() error {
		err := conn.Close()
		<-ended
		return err
	}
	return nil
}

// Join connects two ends in one process.
func Join(a, b *Ring) {
	a.hangUp = func() error { b.PeerEnded(); return nil }
	b.hangUp = func() error { a.PeerEnded(); return nil }
}

// PeerEnded makes this end notice that the peer is gone. What it has committed is still received, and then the end. Only
// whether that is called a clean one depends on what the peer has written.
func (r *Ring) PeerEnded() {
	sendErr, recvErr := ErrPeerDied, ErrPeerDied
	if r.receiver.PeerClosed() {
		sendErr, recvErr = ErrPeerClosed, io.EOF
	}
	r.end.Store(&sendErr)
	r.receiver.PeerEnded(recvErr)
	_ = r.sender.Close() // whoever waits for space waits in vain
}

// Send sends a message that is a body alone.
func (r *Ring) Send(ctx context.Context, body []byte) error {
	return r.SendError(r.sender.Send(ctx, body))
}

// SendMessage sends a message with parts.
func (r *Ring) SendMessage(ctx context.Context, m frame.Message) error {
	if len(m.Parts) == 0 {
		return r.Send(ctx, m.Body)
	}
	size := m.Size() - LengthSize // less the total
	var err error
	if size <= r.maxPiece {
		err = r.sender.SendFramed(ctx, m, size)
	} else {
		b := m.Buffers()
		b[0] = b[0][LengthSize:]
		err = r.sender.SendFramedFrom(ctx, &b, int64(size))
	}
	return r.SendError(err)
}

// SendFrom sends a message of an empty body and one part.
func (r *Ring) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	var head [2 * LengthSize]byte
	binary.BigEndian.PutUint64(head[LengthSize:], uint64(size))
	err := r.sender.SendFramedFrom(ctx, io.MultiReader(bytes.NewReader(head[:]), src), size+int64(len(head)))
	return r.SendError(err)
}

// SendError returns why a call of the Sender failed: not that it is closed, but who closed it. nil stays nil.
func (r *Ring) SendError(err error) error {
	if !errors.Is(err, ErrClosed) || r.closed.Load() {
		return err
	}
	if end := r.end.Load(); end != nil {
		return *end
	}
	return err // CloseWrite
}

// CloseWrite ends the sending.
func (r *Ring) CloseWrite() error { return r.sender.Close() }

// Shut ends every call and tells the peer.
func (r *Ring) Shut() error {
	r.closed.Store(true)
	return errors.Join(r.sender.Close(), r.receiver.Close(), r.hangUp())
}

// Release gives the memory back.
func (r *Ring) Release() error {
	r.receiver.Release()
	return r.free()
}
