package transport

import (
	"errors"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/calllock"
)

// Socket is a transport whose messages are frames on a socket. Its clean end is a close notification: where the next
// frame's total belongs, the greatest number, which no frame has. A socket that ends without it is a peer that died.
type Socket struct {
	conn    net.Conn
	w       *frame.Writer
	r       *frame.Reader
	limit   uint64
	closed  atomic.Bool // Shut was called
	closing atomic.Bool // Shut or CloseWrite was: nobody sends any more, except for finish
	aborted atomic.Bool // the socket has ended in the middle of a message

	patience time.Duration // lingerTimeout, but for tests

	outbound
	inbox
}

// outbound is what the sending calls use.
type outbound struct {
	sending   *calllock.Mutex // every sender holds it
	streaming atomic.Bool     // SendFrom is under way
	cut       bool            // a message of SendFrom was not finished: nothing can follow it
	finishing sync.Mutex      // held by finish
	finished  bool            // the close notification has been sent
}

// inbox is what the receiving calls use.
type inbox struct {
	stream     *frame.Stream // the begun message, if anything of it is left
	body       []byte        // the rest of its body
	inPart     bool          // stream stands inside a part
	failed     error         // what every receiving call returns from now on
	peerClosed atomic.Bool   // the peer's close notification has come
}

// overhead is what a frame's total counts beside a body, in bytes.
const overhead = LengthSize

// NewSocket returns a transport on conn, which is its own from now on, for messages of at most limit bytes. sending is
// the lock that every sender holds.
func NewSocket(conn net.Conn, limit uint64, sending *calllock.Mutex) *Socket {
	size := frame.WithMaxSize(int(min(limit, math.MaxInt-overhead)) + overhead)
	return &Socket{
		conn: conn, limit: limit, patience: lingerTimeout, outbound: outbound{sending: sending},
		w: frame.NewWriter(conn, size), r: frame.NewReader(conn, size),
	}
}

// cause returns what a resumable error of package frame is about: the context's error.
func cause(err error) error {
	var e *frame.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// broken reports whether err says that the peer's end of a socket is gone.
func broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNABORTED)
}
