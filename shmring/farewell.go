package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"net"
	"os"
	"time"

	"github.com/shmring/ipc/frame"
)

// How a socketLine ends its sending.

// goodbye stands where a frame's total would.
const goodbye = math.MaxUint64

// farewell bounds how long Close goes on writing what is owed to a peer that does not read.
const farewell = time.Second

// closeWrite says goodbye, after what is owed. If the peer is slow to read, that goes on without the caller.
func (s *socketLine) closeWrite() error {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	err := s.part(ctx)
	if !frame.Resumable(err) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	s.parting.Store(true)
	go func() {
		if s.sending.take(context.Background()) == nil {
			// Whoever else uses the connection meets the same failure.
			_ = s.part(context.Background())
			s.sending.leave()
		}
	}()
	return nil
}

// part says goodbye until ctx ends; the next call continues.
func (s *socketLine) part(ctx context.Context) error {
	if !s.parted {
		s.parted, s.unsaid = true, binary.BigEndian.AppendUint64(nil, goodbye)
	}
	if len(s.unsaid) == 0 {
		return nil
	}
	if err := s.w.Flush(ctx); err != nil {
		return s.sendError(err)
	}
	end, _ := ctx.Deadline()
	if err := s.conn.SetWriteDeadline(end); err != nil {
		return s.sendError(err)
	}
	n, err := s.conn.Write(s.unsaid)
	if s.unsaid = s.unsaid[n:]; err != nil {
		return s.sendError(err)
	}
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

func (s *socketLine) shut() error {
	s.shutUp.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	// If it is neither ours nor closeWrite's, a Send is under way, and its message cannot be finished.
	if s.sending.tryTake() || s.parting.Load() && s.sending.take(ctx) == nil {
		// The peer learns from the socket's end what it does not learn from a goodbye.
		_ = s.part(ctx)
		s.sending.leave()
	}
	if err := s.conn.Close(); !errors.Is(err, net.ErrClosed) { // sendFrom may have closed it
		return err
	}
	return nil
}
