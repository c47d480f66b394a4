package frame

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"time"
)

// Gatherer is a stream that can write several slices in one operation. It consumes v as
// net.Buffers.WriteTo does, and returns the bytes written. *net.UnixConn and *net.TCPConn need not
// implement it: a Writer knows them.
type Gatherer interface {
	WriteBuffers(v *net.Buffers) (n int64, err error)
}

// Writer sends messages as frames on one stream. See the package documentation for deadlines,
// resuming and concurrency.
//
// The memory of a message is the caller's again whenever a call returns, also with an error: what a
// frame that was cut short still owes to the stream is copied into the Writer, at most the maximum size.
// Only the source of [Writer.WriteFrom] is held beyond its call.
type Writer struct {
	config
	dst      io.Writer
	sendto   io.Writer                         // dst, or a sendtoWriter on it, for frames of at most maxSendto bytes
	gatherer func(*net.Buffers) (int64, error) // nil if dst cannot gather
	setDL    func(time.Time) error             // nil if dst has no deadlines
	guard    *guard

	// buf[off:] is owed to dst. Frames from Queue are in it whole; if started ≥ 0, the last frame in
	// it begins there, has partly been written, and its Write has returned an error.
	buf     []byte
	off     int
	started int

	small uint64 // the largest total that sendSmall sends

	src  io.Reader // of the streamed part whose frame has begun, or nil
	left uint64    // bytes still to come from src

	vec  [][]byte    // memory of a gathering write
	rest net.Buffers // what such a write has left of vec
	err  *Error      // the first fatal error
}

// NewWriter returns a Writer on w, which must not be written by anyone else from then on.
// If w has a SetWriteDeadline method, the Writer sets deadlines on it: see [Writer.SetDeadline].
func NewWriter(w io.Writer, opts ...Option) *Writer {
	fw := &Writer{config: newConfig(opts), dst: w, sendto: w, guard: new(guard), started: -1}
	switch c := w.(type) {
	case Gatherer:
		fw.gatherer = c.WriteBuffers
	case *net.UnixConn:
		fw.gatherer = func(v *net.Buffers) (int64, error) { return v.WriteTo(c) }
		fw.sendto = newSendtoWriter(c)
	case *net.TCPConn:
		fw.gatherer = func(v *net.Buffers) (int64, error) { return v.WriteTo(c) }
		fw.sendto = newSendtoWriter(c)
	}
	if c, ok := w.(interface{ SetWriteDeadline(time.Time) error }); ok {
		fw.setDL = c.SetWriteDeadline
	}
	fw.small = min(fw.maxSize, uint64(max(min(fw.coalesce, maxSendto)-lenSize, 0)))
	runtime.AddCleanup(fw, (*guard).release, fw.guard)
	return fw
}

// Write sends m, after whatever the Writer still holds.
//
// When it returns a resumable error, repeat it with the same message until it returns nil: the message
// is then sent once. "The same" is by content, so m may meanwhile lie elsewhere. To give m up, go on with
// another message: if a byte of m's frame was written, the rest of it is sent first and the reader gets
// m; if none was, m is gone. [Writer.Pending] tells the two apart.
//
// A message above the maximum gives a [*TooLargeError] before a byte is written, and leaves the Writer
// as it was.
func (w *Writer) Write(ctx context.Context, m Message) error {
	total := m.total()
	if len(m.Parts) == 0 && total <= w.small && len(w.buf) == 0 && w.src == nil && w.err == nil && ctx.Done() == nil {
		return w.sendSmall(ctx, m.Body)
	}
	if err := w.admit(total); err != nil {
		return err
	}
	if ctx.Done() != nil { // spares small messages the calls below
		if err := w.begin(ctx, "write"); err != nil {
			return err
		}
		defer w.guard.leave()
	}
	if w.resuming() {
		same := w.started >= 0 && m.is(w.buf[w.started:])
		if err := w.drain(ctx, "write"); err != nil || same {
			return err
		}
	}
	return w.send(ctx, m, total)
}

// Queue is Write for many small messages: m is copied into the Writer and goes out with others, when
// there are enough of them ([WithBatch]) or with the next Write or Flush. nil means that m is taken, though
// not yet sent. An error is as from Write: repeat the call with m, or give m up. A message larger than
// the batch is written at once.
func (w *Writer) Queue(ctx context.Context, m Message) error {
	total := m.total()
	size := frameSize(total)
	if size > w.batch || w.resuming() {
		return w.Write(ctx, m)
	}
	if err := w.admit(total); err != nil {
		return err
	}
	if size > w.batch-len(w.buf) {
		if err := w.Flush(ctx); err != nil {
			return err
		}
	}
	w.reserve(w.batch - len(w.buf)) // once for the whole batch
	w.buf = m.appendTo(w.buf, total)
	return nil
}

// Flush sends everything that the Writer holds: queued messages, and the rest of a frame that an earlier
// call left behind with a resumable error. Repeat it after a resumable error of its own. nil means that
// the earlier call's message, if a byte of it was written, has been sent and must not be repeated.
func (w *Writer) Flush(ctx context.Context) error {
	if w.err != nil {
		return w.err
	}
	if err := w.begin(ctx, "flush"); err != nil {
		return err
	}
	defer w.guard.leave()
	return w.drain(ctx, "flush")
}

// Pending returns how many bytes the Writer owes to the stream: queued frames, and the rest of a frame
// that was cut short, including what is still to come from the source of WriteFrom. 0 means that the
// stream stands at a frame boundary and nothing is held.
func (w *Writer) Pending() uint64 {
	return uint64(len(w.buf)-w.off) + w.left
}

// SetDeadline sets the time after which calls return a resumable os.ErrDeadlineExceeded; the zero time
// means never. It may be called while another goroutine's call is blocked. Where the Writer is also used
// with contexts that end, set deadlines here and not on the stream: a context that interrupts a call
// replaces the stream's deadline, and only the one set here is put back.
//
// On a stream without deadlines it returns errors.ErrUnsupported.
func (w *Writer) SetDeadline(t time.Time) error {
	if w.setDL == nil {
		return errors.ErrUnsupported
	}
	return w.guard.deadline(t, w.setDL)
}

// begin opens a call under ctx. After nil, guard.leave is due.
func (w *Writer) begin(ctx context.Context, op string) error {
	if err := w.guard.enter(ctx, w.setDL); err != nil {
		return &Error{Op: op, Resumable: true, Err: err}
	}
	return nil
}

// admit refuses every message once the stream has failed, and one that is too large.
func (w *Writer) admit(total uint64) error {
	if w.err != nil {
		return w.err
	}
	if total > w.maxSize {
		return &TooLargeError{Size: total, Limit: w.maxSize}
	}
	return nil
}

// resuming reports whether the stream stands inside a frame.
func (w *Writer) resuming() bool { return w.off > 0 || w.src != nil }
