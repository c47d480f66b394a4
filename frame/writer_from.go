package frame

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"
)

// WriteFrom sends m with one more part, the last, of exactly size bytes that it reads from src. At most
// 64 KiB of them are in memory at a time. m without that part is subject to the maximum of a message,
// the whole frame to [WithMaxStream]; above either it is a [*TooLargeError] and nothing has happened.
//
// When it returns a resumable error, repeat it with the same src: the call continues, and m and size are
// not looked at. Flush continues it too, and so does a call for another message before it sends that.
// Until then src belongs to the Writer. A deadline error of src itself is resumable as well; any other
// error of src, io.ErrUnexpectedEOF where it ends early included, is fatal to the stream: a frame
// cannot be called off. src is read to size and no further, and not closed. The end of ctx does not
// interrupt a Read of src.
func (w *Writer) WriteFrom(ctx context.Context, m Message, src io.Reader, size int64) error {
	if size < 0 {
		panic(fmt.Sprintf("frame: WriteFrom of %d bytes", size))
	}
	same := w.src != nil && identical(w.src, src)
	if !same {
		if err := w.admitStream(m, uint64(size)); err != nil {
			return err
		}
	}
	if err := w.begin(ctx, "write"); err != nil {
		return err
	}
	defer w.guard.leave()
	if len(w.buf) > 0 || w.resuming() {
		if err := w.drain(ctx, "write"); err != nil || same {
			return err
		}
	}
	w.reserve(m.Size() + lenSize + int(min(chunkSize, uint64(size))))
	w.buf = m.AppendTo(w.buf)
	binary.BigEndian.PutUint64(w.buf, m.total()+lenSize+uint64(size))
	w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(size))
	w.src, w.left = src, uint64(size)
	if w.left > 0 {
		if err := w.refill(ctx); err != nil {
			return w.fail("write", err)
		}
	}
	return w.drain(ctx, "write")
}

// admitStream refuses a frame of m and a last part of size bytes if either limit is below it.
func (w *Writer) admitStream(m Message, size uint64) error {
	if err := w.admit(m.total()); err != nil {
		return err
	}
	if total := m.total() + lenSize + size; total > w.maxStream || total > math.MaxInt64 {
		return &TooLargeError{Size: total, Limit: w.maxStream}
	}
	return nil
}

// refill reads once from src, to the end of buf.
func (w *Writer) refill(ctx context.Context) error {
	want := int(min(chunkSize, w.left))
	w.reserve(want)
	have := len(w.buf)
	for range maxEmptyReads {
		n, err := w.src.Read(w.buf[have : have+want])
		if n < 0 || n > want {
			return errCount
		}
		w.buf, w.left = w.buf[:have+n], w.left-uint64(n)
		switch {
		case n > 0: // an error comes again with the next Read, if one is needed
			return nil
		case err == io.EOF:
			return fmt.Errorf("source: %w with %d bytes to come", io.ErrUnexpectedEOF, w.left)
		case err != nil:
			return fmt.Errorf("source: %w", err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
	return fmt.Errorf("source: %w", io.ErrNoProgress)
}

// maxEmptyReads is how often in a row a Read may return neither bytes nor an error.
const maxEmptyReads = 100

// identical reports whether a and b are the same reader. Readers that cannot be compared never are.
func identical(a, b io.Reader) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}
