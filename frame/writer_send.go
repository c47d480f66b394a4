package frame

import (
	"context"
	"encoding/binary"
	"io"
)

// The writing side of a Writer: from a message, or from what is owed, to the stream.

// send writes m at a frame boundary, after queued frames. What an error leaves of m's frame is in buf.
func (w *Writer) send(ctx context.Context, m Message, total uint64) error {
	size := frameSize(total)
	if size > w.coalesce {
		return w.sendGathered(ctx, m, total)
	}
	start := len(w.buf)
	w.reserve(size)
	w.buf = m.appendTo(w.buf, total)
	dst := w.dst
	if len(w.buf) <= maxSendto {
		dst = w.sendto
	}
	// Straight on, because most often one write takes it all.
	if n, err := dst.Write(w.buf); n != len(w.buf) || err != nil {
		return w.sendRest(ctx, start, n, err)
	}
	w.reset()
	return nil
}

// sendSmall is send for the frame of a small body alone, where nothing is owed and ctx cannot end. It is all that
// such a message costs beside the system's share.
func (w *Writer) sendSmall(ctx context.Context, body []byte) error {
	w.reserve(2*lenSize + len(body))
	b := binary.BigEndian.AppendUint64(w.buf, uint64(lenSize+len(body)))
	b = binary.BigEndian.AppendUint64(b, uint64(len(body)))
	b = append(b, body...)
	n, err := w.sendto.Write(b)
	if n == len(b) && err == nil {
		return nil
	}
	w.buf = b
	return w.sendRest(ctx, 0, n, err)
}

// sendRest goes on after a write that took n bytes of buf, whose last frame begins at start.
func (w *Writer) sendRest(ctx context.Context, start, n int, err error) error {
	if err = w.wrote(n, err); err == nil {
		err = w.push(ctx)
	}
	if err != nil {
		return w.stop(start, cause(ctx, err))
	}
	w.reset()
	return nil
}

// sendGathered writes m from where it lies. When it is interrupted inside the frame, buf gets the whole
// of it and off the bytes written, because m is not ours any more when the call is over.
func (w *Writer) sendGathered(ctx context.Context, m Message, total uint64) error {
	if err := w.drain(ctx, "write"); err != nil {
		return err
	}
	w.reserve(m.gathered(inlineSize))
	_, w.vec = m.gather(w.buf, w.vec[:0], inlineSize)
	n, err := w.writeVec(ctx)
	clear(w.vec) // keeps no message alive
	if cap(w.vec)*sliceSize > keepSize {
		w.vec = nil
	}
	if err == nil {
		w.reset()
		return nil
	}
	if n > 0 && interrupted(err) {
		w.reserve(frameSize(total))
		w.buf, w.off = m.appendTo(w.buf, total), n
	}
	return w.stop(0, err)
}

// stop ends the sending of a frame that begins at start in buf, after an error.
func (w *Writer) stop(start int, err error) error {
	if w.off > start {
		w.started = start
	} else {
		w.buf = w.buf[:start] // not begun, so not owed
	}
	return w.fail("write", err)
}

// sliceSize is about what one slice of vec takes, in bytes.
const sliceSize = 24

// writeVec writes vec, in one gathering write if the stream can and takes it.
func (w *Writer) writeVec(ctx context.Context) (written int, err error) {
	w.rest = w.vec
	for len(w.rest) > 0 {
		n, err := w.writeRest()
		written += n
		if err != nil {
			return written, cause(ctx, err)
		}
		if len(w.rest) > 0 && ctx.Err() != nil {
			return written, ctx.Err()
		}
	}
	return written, nil
}

// writeRest makes one write from rest and takes from it what was written.
func (w *Writer) writeRest() (int, error) {
	if w.gatherer != nil {
		n, err := w.gatherer(&w.rest)
		if err == nil && n == 0 && len(w.rest) > 0 {
			err = io.ErrShortWrite
		}
		return int(n), err
	}
	if len(w.rest[0]) == 0 {
		w.rest = w.rest[1:]
		return 0, nil
	}
	n, err := w.dst.Write(w.rest[0])
	n, err = counted(n, len(w.rest[0]), err)
	if w.rest[0] = w.rest[0][n:]; len(w.rest[0]) == 0 {
		w.rest = w.rest[1:]
	}
	return n, err
}

// drain writes everything owed, from buf and from src.
func (w *Writer) drain(ctx context.Context, op string) error {
	for {
		if err := w.push(ctx); err != nil {
			return w.fail(op, err)
		}
		if w.left == 0 {
			w.reset()
			return nil
		}
		w.buf, w.off = w.buf[:0], 0
		if err := w.refill(ctx); err != nil {
			return w.fail(op, err)
		}
	}
}

// push writes buf[off:].
func (w *Writer) push(ctx context.Context) error {
	for w.off < len(w.buf) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.wrote(w.dst.Write(w.buf[w.off:])); err != nil {
			return cause(ctx, err)
		}
	}
	return nil
}

// wrote advances off by the n bytes that a write of buf[off:] reported, with its error.
func (w *Writer) wrote(n int, err error) error {
	n, err = counted(n, len(w.buf)-w.off, err)
	w.off += n
	return err
}

// counted checks the count of a write of size bytes: a short one is allowed, one of nothing without an
// error or of more than there is, is not.
func counted(n, size int, err error) (int, error) {
	switch {
	case n < 0 || n > size:
		return 0, errCount
	case n == 0 && err == nil:
		return 0, io.ErrShortWrite
	}
	return n, err
}

// cause returns ctx.Err() where the end of ctx is behind err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil && interrupted(err) {
		return ctx.Err()
	}
	return err
}

// reserve makes room in buf for n bytes beyond its length.
func (w *Writer) reserve(n int) {
	if n <= cap(w.buf)-len(w.buf) {
		return
	}
	old, need := w.buf, len(w.buf)+n
	if need <= keepSize {
		w.buf = grow(old, max(n, cap(old)))
		return
	}
	w.buf = append(w.pool.take(need, need)[:0], old...)
	if cap(old) > keepSize {
		w.pool.put(old)
	}
}

// reset forgets what was owed, and gives a large buffer back.
func (w *Writer) reset() {
	if cap(w.buf) > keepSize {
		w.pool.put(w.buf)
		w.buf = nil
	}
	w.buf, w.off, w.started, w.src = w.buf[:0], 0, -1, nil
}

// fail turns what went wrong with the stream into an Error, and remembers it if it is fatal.
func (w *Writer) fail(op string, err error) error {
	e := &Error{Op: op, Resumable: interrupted(err), Err: err}
	if !e.Resumable {
		w.err = e
		w.guard.release()
		w.left = 0
		w.reset()
	}
	return e
}
