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

// beginSend sends what an earlier message still owes. The Writer would take a message with the same content for that one
// continued.
func (s *Socket) beginSend(ctx context.Context) error {
	if s.closing.Load() || s.aborted.Load() {
		return ErrClosed
	}
	if s.w.Pending() == 0 {
		return nil
	}
	if err := s.w.Flush(ctx); err != nil {
		return s.sendError(err)
	}
	return nil
}

// SendFrom sends a message of an empty body and one part. One that has begun cannot be called off: where it fails, it
// ends the connection, or, after CloseWrite, the sending.
func (s *Socket) SendFrom(ctx context.Context, src io.Reader, size int64) error {
	s.streaming.Store(true) // before beginSend looks at closing: either it sees Shut, or Shut sees this
	defer s.streaming.Store(false)
	if err := s.beginSend(ctx); err != nil {
		return err
	}
	from := source{Reader: src}
	err := s.w.WriteFrom(ctx, frame.Message{}, &from, size)
	switch {
	case err != nil && from.err != nil:
		_ = s.abort()
		return fmt.Errorf("shmring: source: %w", from.err)
	case frame.Resumable(err) && s.w.Pending() > 0: // and the rest of src is not ours to read any longer
		if s.closing.Load() {
			s.cut = true
		} else {
			_ = s.abort()
		}
		return s.sendError(err)
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

// finishSend returns what a write has come to. A message that was cut short is taken: what is left of it is owed to the
// stream, and goes out without the caller.
func (s *Socket) finishSend(err error) error {
	switch {
	case err == nil:
		return nil
	case !frame.Resumable(err) || s.w.Pending() == 0:
		return s.sendError(err)
	}
	if !s.closing.Load() { // else finish sends it
		go s.flush()
	}
	return nil
}

// flush sends what is owed.
func (s *Socket) flush() {
	if s.sending.Lock(context.Background()) != nil {
		return
	}
	defer s.sending.Unlock()
	if !s.closing.Load() {
		_ = s.w.Flush(context.Background()) // a failure comes again with the next call
	}
}

// sendError returns why a call failed: who has ended the stream, or that its context did.
func (s *Socket) sendError(err error) error {
	switch {
	case s.closed.Load() || errors.Is(err, net.ErrClosed):
		return ErrClosed
	case frame.Resumable(err):
		if s.closing.Load() {
			return ErrClosed
		}
		return &WaitError{Op: "send", Err: cause(err)}
	case !broken(err):
		return err
	case s.peerClosed.Load():
		return ErrPeerClosed
	}
	return ErrPeerDied
}
