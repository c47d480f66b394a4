package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/shmring/ipc/frame"
)

// Send sends a message that is a body alone.
func (s *Socket) Send(ctx context.Context, body []byte) error {
	return s.SendMessage(ctx, frame.Message{Body: body})
}

// SendMessage sends a message with parts.
func (s *Socket) SendMessage(ctx context.Context, m frame.Message) error {
	if err := s.beginSend(ctx); err != nil {
		return err
	}
	return s.finishSend(s.w.Write(ctx, m))
}

// beginSend sends what an earlier message still owes. The Writer would take a message with the same
// content for that one continued.
func (s *Socket) beginSend(ctx context.Context) error {
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

// SendFrom sends a message of an empty body and one part. One that has begun cannot be called off: where it fails, it
// ends the connection.
func (s *Socket) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	if err := s.beginSend(ctx); err != nil {
		return err
	}
	from := source{Reader: src}
	err := s.w.WriteFrom(ctx, frame.Message{}, &from, size)
	switch {
	case err != nil && from.err != nil:
		s.conn.Close()
		return fmt.Errorf("shmring: source: %w", from.err)
	case frame.Resumable(err) && s.w.Pending() > 0:
		s.conn.Close() // the rest of src is not ours to read any longer
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

// finishSend judges the end of a write. A message that a context has cut short is taken: what is left of it is owed to
// the stream, and goes out without the caller.
func (s *Socket) finishSend(err error) error {
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

// sendError returns who has ended the stream.
func (s *Socket) sendError(err error) error {
	switch {
	case s.closed.Load() || errors.Is(err, net.ErrClosed):
		return ErrClosed
	case !broken(err):
		return err
	case s.peerClosed.Load():
		return ErrPeerClosed
	}
	return ErrPeerDied
}
