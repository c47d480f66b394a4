package transport

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/shmring/ipc/frame"
)

// Recv receives a message, its parts joined to its body.
func (s *Socket) Recv(ctx context.Context, dst []byte) ([]byte, error) {
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

// RecvMessage receives a message with its parts, in memory of its own.
func (s *Socket) RecvMessage(ctx context.Context) (frame.Message, error) {
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

// detachSize is from which size on a message is handed over with its buffer rather than copied, in bytes.
const detachSize = 16 << 10

// receive returns the next message in memory that the next call uses again.
func (s *Socket) receive(ctx context.Context) (frame.Message, error) {
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

// Begin begins the next message.
func (s *Socket) Begin(ctx context.Context) error {
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

// Read reads from the message, its body and then its parts.
func (s *Socket) Read(ctx context.Context, b []byte) (int, error) {
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

// recvError returns how the stream ended, and remembers it unless the context alone did.
func (s *Socket) recvError(err error) error {
	var large *frame.TooLargeError
	switch {
	case s.closed.Load() || errors.Is(err, net.ErrClosed):
		err = ErrClosed
	case frame.Resumable(err):
		return &WaitError{Op: "receive", Err: cause(err)}
	case errors.As(err, &large) && large.Size == closeNotification:
		s.peerClosed.Store(true)
		err = io.EOF
	case errors.As(err, &large):
		err = &TooLargeError{Size: large.Size - overhead, Limit: s.limit}
	case errors.Is(err, frame.ErrMalformed):
		err = &MalformedError{err}
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || broken(err):
		err = ErrPeerDied
	}
	s.failed = err
	return err
}

// Ready reports false: nobody looks into the socket without reading from it.
func (s *Socket) Ready() bool { return false }
