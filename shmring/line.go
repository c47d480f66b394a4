package shmring

import (
	"context"
	"io"

	"github.com/shmring/ipc/frame"
)

// line is one end of a connection on either road. One goroutine at a time sends on it and one receives.
//
// Errors that the peer's end causes are the same on both: io.EOF after a clean end, PeerDiedError without
// one, and for a sender ErrPeerClosed or PeerDiedError. They come again with every later call. A context that
// ends gives a WaitError; then a message that was being sent does not exist, or has been taken and
// the line returns nil, and one that was being received continues with the next call.
type transport interface {
	send(ctx context.Context, payload []byte) error
	sendMessage(ctx context.Context, m frame.Message) error
	sendFrom(ctx context.Context, src io.Reader, size int64) error
	closeWrite() error

	// recv skips what is left of an open message, as recvMessage and open do.
	recv(ctx context.Context, dst []byte) ([]byte, error)
	recvMessage(ctx context.Context) (frame.Message, error)
	// open begins the next message, without waiting where ctx is nil and ready said yes; read reads from it, body and then parts, up to io.EOF.
	open(ctx context.Context) error
	read(ctx context.Context, b []byte) (int, error)
	// ready reports whether another message is known to be there.
	ready() bool

	// shut makes every call return, now and later, and tells the peer that this was meant. release
	// follows when nobody receives; it gives everything back.
	shut() error
	release() error
}
