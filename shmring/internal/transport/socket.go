package transport

import (
	"errors"
	"math"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/calllock"
)

// Socket is a transport whose messages are frames on a socket. Its clean end is a close notification: where the next
// frame's total belongs, the greatest number, which no frame has. A socket that ends without it is a peer that died.
type Socket struct {
	conn   net.Conn
	w      *frame.Writer
	r      *frame.Reader
	limit  uint64
	closed atomic.Bool
	end    time.Time // until when Release waits, once shut

	outbound
	// Receiving.
	stream     *frame.Stream // the begun message, if anything of it is left
	body       []byte        // the rest of its body
	inPart     bool          // stream stands inside a part
	failed     error         // what every receiving call returns from now on
	peerClosed atomic.Bool   // the peer's close notification has come
}

// outbound belongs to whoever holds sending.
type outbound struct {
	sending     *calllock.Mutex
	closing     bool         // nothing more is sent
	unsentClose []byte       // of the close notification, once closing
	background  atomic.Int32 // goroutines that write what calls have left: see inBackground
}

// overhead is what a frame's total counts beside a body, in bytes.
const overhead = LengthSize

// NewSocket returns a transport on conn, which is its own from now on, for messages of at most limit bytes. sending is
// the lock that every sender holds.
func NewSocket(conn net.Conn, limit uint64, sending *calllock.Mutex) *Socket {
	size := frame.WithMaxSize(int(min(limit, math.MaxInt-overhead)) + overhead)
	return &Socket{
		conn: conn, limit: limit, outbound: outbound{sending: sending},
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
