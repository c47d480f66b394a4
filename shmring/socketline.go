package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/shmring/ipc/frame"
)

// socketLine is a connection whose messages are frames on the socket. A clean end is a goodbye: where the next
// frame's total belongs, the greatest number, which no frame has. A socket that ends without it is a
// peer that died.
type socketTransport struct {
	conn   net.Conn
	w      *frame.Writer
	r      *frame.Reader
	peer   Peer
	limit  uint64
	closed atomic.Bool
	end    time.Time // of release's patience, once shutUp

	// Sending; its owner holds sending.
	sending     *callLock
	closing     bool         // nothing more is sent
	unsentClose []byte       // of the goodbye, once parted
	background  atomic.Int32 // goroutines that write what calls have left: see later

	// Receiving.
	stream     *frame.Stream // the open message, if anything of it is left
	body       []byte        // the rest of its body
	inPart     bool          // stream stands inside a part
	failed     error         // what every receipt returns from now on
	peerClosed atomic.Bool   // the peer has said goodbye
}

// messageOverhead is what a frame's total counts beside a body.
const messageOverhead = lengthSize

func newSocketTransport(conn net.Conn, peer Peer, limit uint64, sending *callLock) *socketTransport {
	size := frame.WithMaxSize(int(min(limit, math.MaxInt-messageOverhead)) + messageOverhead)
	return &socketTransport{
		conn: conn, peer: peer, limit: limit, sending: sending,
		w: frame.NewWriter(conn, size), r: frame.NewReader(conn, size),
	}
}

func (s *socketTransport) send(ctx context.Context, payload []byte) error {
	return s.sendMessage(ctx, frame.Message{Body: payload})
}

func (s *socketTransport) sendMessage(ctx context.Context, m frame.Message) error {
	if err := s.beginSend(ctx); err != nil {
		return err
	}
	return s.finishSend(s.w.Write(ctx, m))
}

// beginSend sends what an earlier message still owes. The Writer would take a message with the same
// content for that one continued.
func (s *socketTransport) beginSend(ctx context.Context) error {
	if s.closing {
		return ErrClosed
	}
	if s.w.Pending() == 0 {
		return nil
	}
	err := s.w.Flush(ctx)
	switch {
	case err == nil:
		return nil
	case frame.Resumable(err):
		return &WaitError{Op: "send", Err: cause(err)}
	}
	return s.sendError(err)
}

// sendFrom sends a message of an empty body and one part, which the reader sees as the part alone.
func (s *socketTransport) sendFrom(ctx context.Context, src io.Reader, size int64) error {
	if err := s.beginSend(ctx); err != nil {
		return err
	}
	from := source{Reader: src}
	err := s.w.WriteFrom(ctx, frame.Message{}, &from, size)
	switch {
	case err != nil && from.err != nil:
		// A frame cannot be called off.
		s.conn.Close()
		return fmt.Errorf("shmring: source: %w", from.err)
	case frame.Resumable(err) && s.w.Pending() > 0:
		s.conn.Close() // and the rest of src is not ours to read any longer
		return &WaitError{Op: "send", Err: cause(err)}
	}
	return s.finishSend(err)
}

// source tells a reader's errors from those of the stream that its bytes go to.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if n == 0 { // else it comes again, if more is asked for
		s.err = err
	}
	if s.err == io.EOF {
		s.err = io.ErrUnexpectedEOF
	}
	return n, err
}

// sent judges the end of a write. A message that a context has cut short is taken: what is left of it is
// owed to the stream, and goes out without the caller.
func (s *socketTransport) finishSend(err error) error {
	switch {
	case err == nil:
		return nil
	case !frame.Resumable(err):
		return s.sendError(err)
	case s.w.Pending() == 0:
		return &WaitError{Op: "send", Err: cause(err)}
	}
	s.inBackground(s.w.Flush)
	return nil
}

// interruption is what a resumable error of package frame is about: the context's error.
func cause(err error) error {
	var e *frame.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// sendError says who has ended the stream.
func (s *socketTransport) sendError(err error) error {
	switch {
	case s.closed.Load() || errors.Is(err, net.ErrClosed):
		return ErrClosed
	case !broken(err):
		return err
	case s.peerClosed.Load():
		return ErrPeerClosed
	}
	return s.died()
}

// broken reports whether err says that the peer's end of a socket is gone.
func broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNABORTED)
}

func (s *socketTransport) died() error { return &PeerDiedError{Role: RolePeer, PID: s.peer.PID} }

func (s *socketTransport) recv(ctx context.Context, dst []byte) ([]byte, error) {
	m, err := s.receive(ctx)
	if err != nil {
		return dst[:0], err
	}
	dst = append(dst[:0], m.Body...)
	for _, p := range m.Parts {
		dst = append(dst, p...)
	}
	return dst, nil
}

func (s *socketTransport) recvMessage(ctx context.Context) (frame.Message, error) {
	m, err := s.receive(ctx)
	if err != nil {
		return frame.Message{}, err
	}
	if m.Size() > detachSize {
		s.r.Detach()
		return m, nil
	}
	return m.Clone(), nil
}

// detachSize is from which size on a message is handed over with its buffer rather than copied.
const detachSize = 16 << 10

func (s *socketTransport) receive(ctx context.Context) (frame.Message, error) {
	if s.failed != nil {
		return frame.Message{}, s.failed
	}
	s.stream = nil
	m, err := s.r.Read(ctx)
	if err != nil {
		return m, s.recvError(err)
	}
	return m, nil
}

func (s *socketTransport) open(ctx context.Context) error {
	if s.failed != nil {
		return s.failed
	}
	body, parts, err := s.r.ReadStream(ctx)
	if err != nil {
		return s.recvError(err)
	}
	s.body, s.stream, s.inPart = body, parts, false
	return nil
}

func (s *socketTransport) read(ctx context.Context, b []byte) (int, error) {
	if s.stream == nil {
		return 0, io.EOF
	}
	if len(s.body) > 0 {
		n := copy(b, s.body)
		s.body = s.body[n:]
		return n, nil
	}
	for {
		if s.inPart {
			n, err := s.stream.ReadContext(ctx, b)
			if err == nil {
				return n, nil
			} else if err != io.EOF {
				return 0, s.recvError(err)
			}
		}
		_, err := s.stream.Next(ctx)
		if err == io.EOF {
			s.stream = nil
			return 0, io.EOF
		} else if err != nil {
			return 0, s.recvError(err)
		}
		s.inPart = true
	}
}

// recvError says how the stream ended, and remembers it unless the context alone did.
func (s *socketTransport) recvError(err error) error {
	var large *frame.TooLargeError
	switch {
	case s.closed.Load() || errors.Is(err, net.ErrClosed):
		err = ErrClosed
	case frame.Resumable(err):
		return &WaitError{Op: "receive", Err: cause(err)}
	case errors.As(err, &large) && large.Size == closeNotice:
		s.peerClosed.Store(true)
		err = io.EOF
	case errors.As(err, &large):
		err = &TooLargeError{Size: large.Size - messageOverhead, Limit: s.limit}
	case errors.Is(err, frame.ErrMalformed):
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || broken(err):
		err = s.died()
	}
	s.failed = err
	return err
}

func (s *socketTransport) ready() bool { return false }
