package tagged

import (
	"fmt"
	"io"
)

// AppendHeader appends the stream header, with which every stream begins: 00 2a.
func AppendHeader(dst []byte) []byte { return appendInteger(append(dst, byte(CodeStream)), Version) }

// AppendMessage appends v with a message header before it, as a stream carries it. Errors are those of
// [Format.Append], and [ErrTooLarge] beyond [MaxMessage]; dst then comes back as it was.
func (f *Format) AppendMessage(dst []byte, v any) ([]byte, error) {
	n, err := f.Size(v)
	if err != nil {
		return dst, err
	}
	if n > f.options.message {
		return dst, refuse(ErrTooLarge, "message of %d bytes, at most %d", n, f.options.message)
	}
	out, err := f.Append(appendInteger(append(dst, byte(CodeMessage)), int64(n)), v)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Writer writes a stream: its header, then one message per value. It belongs to one goroutine at a
// time.
type Writer struct {
	w      io.Writer
	format *Format
	buf    []byte // the header, until the first value takes it along
	err    error  // of w, for ever
}

// NewWriter returns a Writer of a new stream to w. Nothing is written before the first value.
func NewWriter(w io.Writer, opts ...Option) *Writer {
	return &Writer{w: w, format: New(opts...), buf: AppendHeader(nil)}
}

// Write writes v as one message, in one Write of the underlying writer. A value that cannot be encoded
// leaves the stream as it was; an error of the underlying writer may have left half a message, so that
// every further Write returns it.
func (w *Writer) Write(v any) error {
	if w.err != nil {
		return w.err
	}
	buf, err := w.format.AppendMessage(w.buf, v)
	if err != nil {
		return err
	}
	w.buf = buf[:0]
	n, err := w.w.Write(buf)
	if err == nil && n < len(buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("codec/tagged: write: %w", err)
	}
	return w.err
}
