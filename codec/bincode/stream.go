package bincode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// MaxRecord is the largest record, in bytes, that a [Decoder] accepts unless told otherwise: 64 MiB.
const MaxRecord = 64 << 20

// readStep bounds how far a [Decoder] allocates ahead of the bytes that have come: by as many bytes again as
// have come, or by this many where that is more.
const readStep = 64 << 10

// Encoder writes values to a stream as sized records: u32 length, little endian, then the bytes. It is not
// safe for concurrent use.
type Encoder struct {
	format *Format
	w      io.Writer
	buf    []byte
}

// NewEncoder returns an encoder that writes to w, one Write for each record, in the format of the options.
func NewEncoder(w io.Writer, opts ...Option) *Encoder { return &Encoder{format: New(opts...), w: w} }

// Encode writes v as one record. When encoding fails nothing is written; after an error of the writer the
// stream may end inside a record.
func (e *Encoder) Encode(v any) error {
	buf, err := e.format.AppendSized(e.buf[:0], v)
	if err != nil {
		return err
	}
	e.buf = buf
	n, err := e.w.Write(buf)
	if err == nil && n < len(buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("bincode: writing a record of %d bytes: %w", len(buf), err)
	}
	return nil
}

// Decoder reads sized records from a stream. It is not safe for concurrent use.
type Decoder struct {
	format *Format
	r      io.Reader
	max    uint64
	buf    []byte
	have   int // bytes of the current record, its length included, that are in buf
}

// NewDecoder returns a decoder that reads from r, and nothing beyond the record it returns. Records larger
// than [MaxRecord], or than the [Limit] of the options where one is given, are refused before they are read.
func NewDecoder(r io.Reader, opts ...Option) *Decoder {
	f := New(opts...)
	d := &Decoder{format: f, r: r, max: MaxRecord}
	if f.inline.limited {
		d.max = min(f.inline.limit, math.MaxInt32-prefix)
	}
	return d
}

// Decode reads the next record into *v and copies what it keeps.
//
// It returns io.EOF where the stream ends between records and an error that is io.ErrUnexpectedEOF where it
// ends inside one. After any error of the reader, a deadline for example, calling Decode again continues at
// the byte where it stopped. A record that is read but does not decode is skipped.
func (d *Decoder) Decode(v any) error {
	record, err := d.next()
	if err != nil {
		return err
	}
	return d.format.Unmarshal(record, v)
}

// next reads the rest of a record and returns it without its length.
func (d *Decoder) next() ([]byte, error) {
	if err := d.fill(prefix); err != nil {
		if d.have == 0 && errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, d.stopped(err)
	}
	n := uint64(binary.LittleEndian.Uint32(d.buf))
	if n > d.max {
		return nil, &Error{Op: "decode", Offset: 0, Class: ErrLimit, Detail: fmt.Sprintf("got a record of %d bytes, allowed %d", n, d.max)}
	}
	total := prefix + int(n)
	for d.have < total {
		if err := d.fill(min(total, d.have+readStep)); err != nil {
			return nil, d.stopped(err)
		}
	}
	d.have = 0
	return d.buf[prefix:total], nil
}

// maxEmptyReads is how many reads in a row may bring nothing, as in package bufio.
const maxEmptyReads = 100

// fill reads until n bytes of the record are there.
func (d *Decoder) fill(n int) error {
	if len(d.buf) < n {
		grown := make([]byte, max(n, 2*d.have))
		copy(grown, d.buf[:d.have])
		d.buf = grown
	}
	for empty := 0; d.have < n; {
		m, err := d.r.Read(d.buf[d.have:n])
		if m < 0 || m > n-d.have {
			return fmt.Errorf("bincode: the reader says it read %d bytes of %d", m, n-d.have)
		}
		if d.have += m; err != nil && d.have < n {
			return err
		}
		if m > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads {
			return io.ErrNoProgress
		}
	}
	return nil
}

// stopped reports an error inside a record.
func (d *Decoder) stopped(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("bincode: after %d bytes of a record: %w", d.have, err)
}
