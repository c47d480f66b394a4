package frame

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// Reader takes messages from the frames of one stream. See the package documentation for deadlines,
// resuming and concurrency. It reads ahead: bytes after the last message may already be in its buffer.
type Reader struct {
	config
	src   io.Reader
	setDL func(time.Time) error // nil if src has no deadlines
	guard *guard

	// buf[start:end] has been read and not given out; start is a frame boundary, or a place inside the
	// stream that is open. buf is base, or a larger buffer while one frame needs it; then nothing
	// behind that frame is in it.
	base       []byte
	buf        []byte
	start, end int

	parts [][]byte // memory of the last message's Parts
	late  error    // what src returned together with bytes that have been used first
	open  *Stream  // the frame that ReadStream has begun and nobody has finished
	body  []byte   // memory of that frame's body
	err   *Error   // the first fatal error
}

// NewReader returns a Reader on r, which must not be read by anyone else from then on.
// If r has a SetReadDeadline method, the Reader sets deadlines on it: see [Reader.SetDeadline].
func NewReader(r io.Reader, opts ...Option) *Reader {
	fr := &Reader{config: newConfig(opts), src: r, guard: new(guard)}
	fr.base = make([]byte, fr.readAhead)
	fr.buf = fr.base
	if c, ok := r.(interface{ SetReadDeadline(time.Time) error }); ok {
		fr.setDL = c.SetReadDeadline
	}
	runtime.AddCleanup(fr, (*guard).release, fr.guard)
	return fr
}

// Read returns the next message. It is valid until the next call of any method of the Reader except
// SetDeadline; [Reader.Detach] and [Message.Clone] keep it longer. Until then the caller may change it.
//
// At the end of the stream it returns io.EOF itself on a frame boundary, and inside a frame, its prefix
// included, a fatal [*Error] that is io.ErrUnexpectedEOF. A total above the maximum is a fatal
// [*TooLargeError] before the buffer grows, a malformed payload a fatal [*ParseError].
// After a resumable error the next call continues at the same byte.
func (r *Reader) Read(ctx context.Context) (Message, error) {
	if err := r.begin(ctx); err != nil {
		return Message{}, err
	}
	clear(r.parts) // keeps no buffer alive that a caller has detached
	if err := r.finish(ctx); err != nil {
		return Message{}, r.fail(err)
	}
	payload, err := r.payload(ctx)
	if err != nil {
		return Message{}, r.fail(err)
	}
	n, err := check(payload)
	if err != nil {
		return Message{}, r.fail(err)
	}
	if n == 0 {
		return split(payload, nil), nil
	}
	if fits := n*sliceSize <= keepSize; n > cap(r.parts) || fits && cap(r.parts)*sliceSize > keepSize {
		r.parts = make([][]byte, 0, n)
	}
	m := split(payload, r.parts[:0])
	r.parts = m.Parts
	return m, nil
}

// Detach makes the memory of the last message the caller's for good: the Reader goes on in another buffer.
func (r *Reader) Detach() {
	r.parts = nil
	rest := r.buf[r.start:r.end]
	switch {
	case !r.large():
		r.base = make([]byte, r.readAhead)
		r.start, r.end = 0, copy(r.base, rest)
	case len(rest) == 0:
		r.start, r.end = 0, 0
	default: // an unfinished frame; the last message is not in this buffer
		return
	}
	r.buf = r.base
}

// SetDeadline sets the time after which a call that needs to wait returns a resumable
// os.ErrDeadlineExceeded; the zero time means never. It may be called while another goroutine's call is
// blocked. See [Writer.SetDeadline] for why to set deadlines here and not on the stream.
//
// On a stream without deadlines it returns errors.ErrUnsupported.
func (r *Reader) SetDeadline(t time.Time) error {
	if r.setDL == nil {
		return errors.ErrUnsupported
	}
	return r.guard.deadline(t, r.setDL)
}

// begin refuses a call on a failed stream or under a context that has ended.
func (r *Reader) begin(ctx context.Context) error {
	if r.err != nil {
		return r.err
	}
	if err := ctx.Err(); err != nil {
		return r.fail(err)
	}
	return nil
}

// payload reads up to the end of the frame at start and returns what follows its total.
func (r *Reader) payload(ctx context.Context) ([]byte, error) {
	for {
		need := lenSize
		if r.end-r.start >= lenSize {
			total := binary.BigEndian.Uint64(r.buf[r.start:])
			if err := checkTotal(total, r.maxSize); err != nil {
				return nil, err
			}
			need += int(total)
		}
		if need > lenSize && r.end-r.start >= need {
			payload := r.buf[r.start+lenSize : r.start+need : r.start+need]
			r.start += need
			return payload, nil
		}
		if err := r.fill(ctx, need); err != nil {
			return nil, err
		}
	}
}

// checkTotal refuses a prefix below the minimum or above the limit.
func checkTotal(total, limit uint64) error {
	if total > limit {
		return &TooLargeError{Size: total, Limit: limit}
	}
	if total < lenSize {
		return &ParseError{Part: bodyPart, Size: lenSize, Left: total, Length: true}
	}
	return nil
}

// fill reads once, into a buffer that has room for more of the need bytes wanted from start on. A read into a
// large buffer asks for no more than need, because nothing behind the frame may be in it. A large buffer that is
// used up goes back first: otherwise a Stream, which needs one byte, would read one byte at a time.
func (r *Reader) fill(ctx context.Context, need int) error {
	r.shrink()
	r.room(need)
	end := len(r.buf)
	if r.large() {
		end = r.start + min(end-r.start, need)
	}
	n, err := r.readSome(ctx, r.buf[r.end:end])
	r.end += n
	if err == io.EOF && r.end > r.start {
		return fmt.Errorf("%w: %d bytes of a frame's first %d", io.ErrUnexpectedEOF, r.end-r.start, need)
	}
	return err
}

// readSome is src.Read that returns either bytes or an error, and ctx.Err() where that is behind it.
func (r *Reader) readSome(ctx context.Context, b []byte) (int, error) {
	if err := r.late; err != nil {
		r.late = nil
		return 0, cause(ctx, err)
	}
	if err := r.guard.enter(ctx, r.setDL); err != nil {
		return 0, err
	}
	defer r.guard.leave()
	for range maxEmptyReads {
		n, err := r.src.Read(b)
		if n < 0 || n > len(b) {
			return 0, errCount
		}
		if n > 0 {
			r.late = err
			return n, nil
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return 0, cause(ctx, err)
		}
	}
	return 0, io.ErrNoProgress
}

// room makes space behind end for bytes of a frame that needs need bytes from start on. A buffer that
// is not full never grows, and one that is full doubles at most, unless the pool has a larger one idle.
func (r *Reader) room(need int) {
	if r.start == r.end {
		r.start, r.end = 0, 0
	}
	if need <= len(r.buf)-r.start {
		return
	}
	kept := r.buf[r.start:r.end]
	if need <= len(r.base) {
		r.start, r.end = 0, copy(r.buf, kept)
		return
	}
	if r.end < len(r.buf) {
		return
	}
	bigger := r.pool.take(need, len(r.buf)+min(need-len(r.buf), len(r.buf)))
	n := copy(bigger, kept)
	if r.large() {
		r.pool.put(r.buf)
	}
	r.buf, r.start, r.end = bigger, 0, n
}

// large reports whether buf is on loan from the pool.
func (r *Reader) large() bool { return len(r.buf) > len(r.base) }

// shrink gives a large buffer back once everything in it has been used.
func (r *Reader) shrink() {
	if r.large() && r.start == r.end {
		r.pool.put(r.buf)
		r.buf, r.start, r.end = r.base, 0, 0
	}
}

// fail turns an error of the stream into what the caller gets, and remembers it if it is fatal.
// io.EOF passes: there is nothing wrong with the stream.
func (r *Reader) fail(err error) error {
	if err == io.EOF {
		return err
	}
	e := &Error{Op: "read", Resumable: interrupted(err), Err: err}
	if !e.Resumable {
		r.err = e
		r.guard.release()
	}
	return e
}
