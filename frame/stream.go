package frame

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
)

// Stream is one frame whose parts are read piece by piece, in memory that does not grow with them.
// It belongs to its Reader, and to the same goroutine. The next Read or ReadStream of the Reader skips
// what is left of it.
type Stream struct {
	r     *Reader
	ctx   context.Context // of the last call that was given one, for Read
	total uint64          // the frame's prefix
	left  uint64          // bytes of the frame still to come
	part  uint64          // of them, bytes of the part that Next has opened
	index int             // of the part that Next opens next
}

// Next goes on to the next part, skipping what is left of the one before, and returns its size in
// bytes. After the last part it returns io.EOF.
func (s *Stream) Next(ctx context.Context) (size int64, err error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if err := s.skip(ctx, &s.part); err != nil {
		return 0, s.r.fail(err)
	}
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.length(ctx)
	if err != nil {
		return 0, s.r.fail(err)
	}
	s.part = n
	return int64(n), nil
}

// length reads the length of a part.
func (s *Stream) length(ctx context.Context) (uint64, error) {
	r, off := s.r, s.total-s.left
	if s.left < lenSize {
		return 0, &ParseError{Part: s.index, Offset: off, Size: lenSize, Left: s.left, Length: true}
	}
	for r.end-r.start < lenSize {
		if err := r.fill(ctx, lenSize); err != nil {
			return 0, s.unexpected(err)
		}
	}
	n := binary.BigEndian.Uint64(r.buf[r.start:])
	if left := s.left - lenSize; n > left {
		return 0, &ParseError{Part: s.index, Offset: off + lenSize, Size: n, Left: left}
	}
	r.start, s.left, s.index = r.start+lenSize, s.left-lenSize, s.index+1
	return n, nil
}

// Read reads from the part that Next has opened, and returns io.EOF at its end. It waits under the
// context of the last Next, ReadStream or ReadContext.
func (s *Stream) Read(p []byte) (int, error) { return s.ReadContext(s.ctx, p) }

// ReadContext is Read under ctx, which later Reads use too. After a resumable error the next call
// continues at the same byte.
func (s *Stream) ReadContext(ctx context.Context, p []byte) (int, error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if s.part == 0 {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := s.read(ctx, p[:min(uint64(len(p)), s.part)])
	if err != nil {
		return 0, s.r.fail(err)
	}
	s.part, s.left = s.part-uint64(n), s.left-uint64(n)
	return n, nil
}

// read fills some of p, from what has been read ahead, or past the buffer if p is as large.
func (s *Stream) read(ctx context.Context, p []byte) (int, error) {
	r := s.r
	if r.start == r.end {
		r.shrink()
		if len(p) >= len(r.base) {
			n, err := r.readSome(ctx, p)
			return n, s.unexpected(err)
		}
		if err := r.fill(ctx, 1); err != nil {
			return 0, s.unexpected(err)
		}
	}
	n := copy(p, r.buf[r.start:r.end])
	r.start += n
	return n, nil
}

// skip drops *count bytes of the frame, where count is &s.left or &s.part.
func (s *Stream) skip(ctx context.Context, count *uint64) error {
	r := s.r
	for *count > 0 {
		if r.start == r.end {
			if err := r.fill(ctx, 1); err != nil {
				return s.unexpected(err)
			}
		}
		n := min(*count, uint64(r.end-r.start))
		r.start += int(n)
		if s.left -= n; count == &s.part {
			s.part -= n
		}
	}
	return nil
}

// begin is Reader.begin for a call on s.
func (s *Stream) begin(ctx context.Context) error {
	if s.r.open != s {
		return ErrStreamOver
	}
	s.ctx = ctx
	return s.r.begin(ctx)
}

// unexpected turns the end of the stream into an error: a frame is open.
func (s *Stream) unexpected(err error) error {
	if err == io.EOF {
		return fmt.Errorf("%w: %d bytes of a frame are missing", io.ErrUnexpectedEOF, s.left)
	}
	return err
}
