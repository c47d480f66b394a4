package transport

import (
	"context"
	"encoding/binary"
	"math"
	"net"
	"time"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// closeNotification stands where a frame's total would.
const closeNotification = math.MaxUint64

// How a Socket ends.
const (
	closeWait     = 2 * time.Millisecond // how long a call waits for what goes on in the background
	lingerTimeout = 10 * time.Second     // how long an end that was closed offers a slow peer what it is owed
	lingerMinLook = time.Millisecond     // between two looks at what a TCP peer has received
	lingerMaxLook = 100 * time.Millisecond
	lingerDiscard = 16 << 20 // bytes of the peer's that a closed end reads away: more than systems hold for a socket
	closeBuffer   = 1 << 20  // bytes of a send buffer that has room for the notification beside what fills it
)

// past is a deadline that ends every wait.
var past = time.Unix(1, 0)

// CloseWrite sends the close notification behind what is owed. It ends a call that waits for room: a message of which
// bytes have gone is finished all the same, except for one from SendFrom. If the peer is slow to read, all that goes on
// in the background.
func (s *Socket) CloseWrite() error {
	if s.closing.Swap(true) {
		return nil
	}
	_ = s.w.SetDeadline(past) // fails on a socket that has ended, as finish will
	finished := make(chan error, 1)
	go func() { finished <- s.finish() }()
	select {
	case err := <-finished:
		return err
	case <-time.After(closeWait):
		return nil
	}
}

// finish sends what is owed and the close notification. closing is set, and a call that waits has been interrupted.
func (s *Socket) finish() error {
	if err := s.sending.Lock(context.Background()); err != nil {
		return err
	}
	s.sending.Unlock() // from here on, whoever gets it sees closing and leaves the Writer alone
	s.finishing.Lock()
	defer s.finishing.Unlock()
	switch {
	case s.finished:
		return nil
	case s.aborted.Load():
		return ErrClosed
	}
	if c, ok := s.conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = c.SetWriteBuffer(closeBuffer) // most often spares the wait for a slow peer
	}
	if err := s.w.SetDeadline(time.Time{}); err != nil {
		return s.sendError(err)
	}
	if !s.cut {
		if err := s.w.Flush(context.Background()); err != nil {
			return s.sendError(err)
		}
		if _, err := s.conn.Write(binary.BigEndian.AppendUint64(nil, closeNotification)); err != nil {
			return s.sendError(err)
		}
	}
	s.finished = true
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// Shut interrupts every call. A message of SendFrom cannot be finished, so its socket ends at once.
func (s *Socket) Shut() error {
	s.closed.Store(true)
	s.closing.Store(true)
	_ = s.r.SetDeadline(past) // both fail on a socket that has ended
	_ = s.w.SetDeadline(past)
	if s.streaming.Load() {
		return s.abort()
	}
	return nil
}

// Release closes the socket, after it has sent what is owed and the close notification. Where the peer is slow to read,
// that goes on in the background.
func (s *Socket) Release() error {
	if s.aborted.Load() {
		return nil
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.linger()
	}()
	select {
	case <-closed:
	case <-time.After(closeWait):
	}
	return nil
}

// linger finishes the sending and closes the socket.
func (s *Socket) linger() {
	defer s.conn.Close()
	defer time.AfterFunc(s.patience, func() { s.conn.Close() }).Stop()
	switch c := s.conn.(type) {
	case *net.UnixConn:
		_ = c.CloseRead() // a peer that waits for room learns at once that nobody reads
		_ = s.finish()
	case *net.TCPConn:
		// A close with bytes unread makes the system forget what it has not sent yet, and reset the connection.
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			discard(c)
		}()
		if s.finish() == nil {
			awaitAcks(c, ended)
		}
	default:
		_ = s.finish()
	}
}

// discard reads away what the peer still sends, until one of the two ends closes, or the peer sends so much that it
// cannot be on its way to reading.
func discard(c *net.TCPConn) {
	if c.SetReadDeadline(time.Time{}) != nil {
		return
	}
	waste := make([]byte, 32<<10)
	for total := 0; total < lingerDiscard; {
		n, err := c.Read(waste)
		if err != nil {
			return
		}
		total += n
	}
	_ = c.Close() // it will not stop
}

// awaitAcks waits until the peer's system has everything, or the peer has ended. Where our system does not say how much
// has arrived, only the latter counts.
func awaitAcks(c *net.TCPConn, ended <-chan struct{}) {
	for look := lingerMinLook; ; look = min(2*look, lingerMaxLook) {
		if n, err := sock.Unacked(c); err == nil && n == 0 {
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(look):
		}
	}
}

// abort ends the socket in the middle of a message.
func (s *Socket) abort() error {
	if s.aborted.Swap(true) {
		return nil
	}
	return s.conn.Close()
}
