package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"net"
	"os"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// closeNotification stands where a frame's total would.
const closeNotification = math.MaxUint64

// closeTimeout bounds how long Close goes on writing what is owed to a peer that does not read.
const closeTimeout = time.Second

// CloseWrite sends the close notification, after what is owed. If the peer is slow to read, that goes on without the
// caller.
func (s *Socket) CloseWrite() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := s.sendClose(ctx)
	if !frame.Resumable(err) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	s.inBackground(s.sendClose)
	return nil
}

// inBackground goes on with what the caller, who holds sending, could not finish. A failure comes again with the next
// call.
func (s *Socket) inBackground(finish func(context.Context) error) {
	s.background.Add(1)
	go func() {
		if s.sending.Lock(context.Background()) == nil {
			_ = finish(context.Background())
			s.sending.Unlock()
		}
		s.background.Add(-1)
	}()
}

// sendClose sends the close notification until ctx ends; the next call continues.
func (s *Socket) sendClose(ctx context.Context) error {
	if !s.closing {
		s.closing, s.unsentClose = true, binary.BigEndian.AppendUint64(nil, closeNotification)
	}
	if len(s.unsentClose) == 0 {
		return nil
	}
	if err := s.w.Flush(ctx); err != nil {
		return s.sendError(err)
	}
	end, _ := ctx.Deadline()
	if err := s.conn.SetWriteDeadline(end); err != nil {
		return s.sendError(err)
	}
	n, err := s.conn.Write(s.unsentClose)
	if s.unsentClose = s.unsentClose[n:]; err != nil {
		return s.sendError(err)
	}
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// Shut sends the close notification. Over TCP the socket itself is closed by Release: a close with bytes unread makes
// the system forget what it has not sent yet, and reset the connection.
func (s *Socket) Shut() error {
	s.closed.Store(true)
	s.end = time.Now().Add(closeTimeout)
	ctx, cancel := context.WithDeadline(context.Background(), s.end)
	defer cancel()
	// If it is neither ours nor that of a finished call, a Send is under way, and its message cannot be finished.
	if s.sending.TryLock() || s.background.Load() > 0 && s.sending.Lock(ctx) == nil {
		// The peer learns from the socket's end what it does not learn from the notification.
		_ = s.sendClose(ctx)
		s.sending.Unlock()
	}
	if tcp, ok := s.conn.(*net.TCPConn); ok {
		// Both end the calls that are under way. A failure is that of a socket that has ended already.
		_ = tcp.CloseWrite()
		_ = tcp.SetReadDeadline(time.Unix(1, 0))
		return nil
	}
	return s.hangUp()
}

// Release closes a TCP socket.
func (s *Socket) Release() error {
	if tcp, ok := s.conn.(*net.TCPConn); ok {
		s.linger(tcp)
		return s.hangUp()
	}
	return nil
}

// Bounds of linger, beside closeTimeout.
const (
	lingerLook = time.Millisecond // between two looks at what has arrived
	lingerSize = 16 << 20         // bytes: more than systems hold for a socket
)

// linger drops what the peer still sends until its system has all of ours, or it has ended, too. Where our system
// does not say how much has arrived, only the latter counts.
func (s *Socket) linger(c *net.TCPConn) {
	waste := make([]byte, 32<<10)
	for dropped := 0; dropped < lingerSize; {
		if n, err := sock.Unacked(c); err == nil && n == 0 {
			return
		}
		now := time.Now()
		if !now.Before(s.end) || c.SetReadDeadline(now.Add(lingerLook)) != nil {
			return
		}
		n, err := c.Read(waste)
		dropped += n
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}

func (s *Socket) hangUp() error {
	if err := s.conn.Close(); !errors.Is(err, net.ErrClosed) { // SendFrom may have closed it
		return err
	}
	return nil
}
