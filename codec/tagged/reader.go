package tagged

import "io"

// Reader reads the values of a stream one after the other. It belongs to one goroutine at a time.
type Reader struct {
	r    io.Reader
	dec  *Decoder
	buf  []byte
	rest []byte // of buf: read but not yet fed
}

// readSize is how many bytes, at most, a Reader asks for at once.
const readSize = 4 << 10

// maxEmptyReads is how often in a row the underlying reader may return neither bytes nor an error.
const maxEmptyReads = 100

// NewReader returns a Reader of the stream r, from its header on. It reads ahead, up to 4 KiB.
func NewReader(r io.Reader, opts ...Option) *Reader {
	return &Reader{r: r, dec: NewDecoder(opts...), buf: make([]byte, readSize)}
}

// Read decodes the next value of the stream into what the pointer v points to, copying. At the end of
// the stream it returns io.EOF, and io.ErrUnexpectedEOF if that is inside a value or before the
// stream's header was complete. After another error of the underlying reader, such as a deadline, Read
// may be called again and goes on where it stood. Errors of the bytes themselves are those of
// [Decoder.Feed] and end the stream; errors of decoding into v are those of [Decoder.Decode] and pass
// over the value.
func (r *Reader) Read(v any) error {
	for empty := 0; ; {
		n, whole, err := r.dec.Feed(r.rest)
		r.rest = r.rest[n:]
		switch {
		case err != nil:
			return err
		case whole:
			return r.dec.Decode(v)
		}
		n, err = r.r.Read(r.buf)
		r.rest = r.buf[:n]
		switch {
		case n > 0: // an error comes again with the next Read
			empty = 0
		case err == nil:
			if empty++; empty == maxEmptyReads {
				return io.ErrNoProgress
			}
		case err == io.EOF && r.dec.Partial():
			return io.ErrUnexpectedEOF
		default:
			return err
		}
	}
}
