package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/shmring/ipc/frame"
)

// Transport is one end of a connection. Errors that are not listed here come from the memory or the socket beneath.
type Transport interface {
	// Send sends a message that is a body alone, SendMessage one with parts. Both fit the limit.
	//
	// Errors: ErrClosed, ErrPeerClosed, ErrPeerDied, *WaitError.
	Send(ctx context.Context, body []byte) error
	SendMessage(ctx context.Context, m frame.Message) error
	// SendFrom sends a message of an empty body and one part of size bytes, which it reads from src.
	SendFrom(ctx context.Context, src io.Reader, size int64) error
	// CloseWrite ends the sending: the peer receives what was sent, then io.EOF. A sending call that waits returns
	// ErrClosed. It may come at any time.
	CloseWrite() error

	// Recv appends the next message, its body and then its parts, to dst[:0]. RecvMessage returns it in memory of
	// its own. Both skip what is left of a message that Begin has begun.
	//
	// Errors: io.EOF, ErrPeerDied, ErrClosed, *WaitError; *TooLargeError and *MalformedError, which are final.
	Recv(ctx context.Context, dst []byte) ([]byte, error)
	RecvMessage(ctx context.Context) (frame.Message, error)
	// Begin begins the next message, skipping what is left of the last. ctx may be nil where Ready has just reported true:
	// then Begin does not wait.
	Begin(ctx context.Context) error
	// Read reads from the message that Begin has begun, its body and then its parts, up to io.EOF.
	// io.ErrUnexpectedEOF says that its sender gave it up.
	Read(ctx context.Context, b []byte) (int, error)
	// Ready reports whether another message is known to be there.
	Ready() bool

	// Shut makes every call return ErrClosed, now and later. Release follows when nobody receives any more; it tells the
	// peer and gives everything back. Neither waits for the peer.
	Shut() error
	Release() error
}

// LengthSize is the width of each length in a message with parts, in bytes.
const LengthSize = 8

var (
	// ErrClosed: this end was closed.
	ErrClosed = net.ErrClosed
	// ErrPeerClosed: the peer closed its end; nobody will receive what is sent.
	ErrPeerClosed error = peerClosed{}
	// ErrPeerDied: the peer ended without closing.
	ErrPeerDied = errors.New("shmring: peer died")
)

// peerClosed is the type of ErrPeerClosed, which software that knows sockets recognises.
type peerClosed struct{}

func (peerClosed) Error() string { return "shmring: peer closed the connection" }

// Is reports whether target is what a socket says to a sender whose peer has closed.
func (peerClosed) Is(target error) bool { return target == syscall.EPIPE }

// WaitError is a wait that the caller's context ended. It unwraps to the context's error.
type WaitError struct {
	Op  string // "send" or "receive"
	Err error
}

func (e *WaitError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the context's error.
func (e *WaitError) Unwrap() error { return e.Err }

// TooLargeError is a message that exceeds the limit, in bytes.
type TooLargeError struct{ Size, Limit uint64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("a message of %d bytes, want at most %d", e.Size, e.Limit)
}

// MalformedError is a message whose parts contradict its size.
type MalformedError struct{ Err error }

func (e *MalformedError) Error() string { return e.Err.Error() }

// Unwrap returns what package frame says about it.
func (e *MalformedError) Unwrap() error { return e.Err }

// receiveError returns a WaitError if ctx has ended. It bounds work that a peer can make endless without ever keeping
// its reader waiting.
func receiveError(ctx context.Context) error {
	if ctx == nil || ctx.Err() == nil {
		return nil
	}
	return &WaitError{Op: "receive", Err: ctx.Err()}
}
