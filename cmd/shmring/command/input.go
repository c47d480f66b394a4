package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/shmring/ipc/shmring"
)

// A reader reads ahead on a goroutine of its own: reading standard input cannot be interrupted, waiting for
// that goroutine can. It stays behind when the command is interrupted, and ends with the process.
type reader struct {
	ctx   context.Context
	full  chan []byte
	empty chan []byte
	err   error  // of in, once full is closed
	last  []byte // what chunk returned
	rest  []byte // of last, for Read
}

// readAhead is how many chunks are under way: one being read, one being sent, one between them.
const readAhead = 3

func newReader(ctx context.Context, in io.Reader, size int) *reader {
	r := &reader{ctx: ctx, full: make(chan []byte, readAhead), empty: make(chan []byte, readAhead)}
	for range readAhead {
		r.empty <- make([]byte, size)
	}
	go func() {
		defer close(r.full)
		for b := range r.empty {
			n, err := in.Read(b)
			if n > 0 {
				r.full <- b[:n]
			} else {
				r.empty <- b
			}
			if err != nil {
				r.err = err
				return
			}
		}
	}()
	return r
}

// chunk returns what was read next, as it came, valid until the next call.
func (r *reader) chunk() ([]byte, error) {
	if r.last != nil {
		r.empty <- r.last[:cap(r.last)]
		r.last = nil
	}
	select {
	case b, ok := <-r.full:
		if !ok {
			return nil, r.err
		}
		r.last = b
		return b, nil
	case <-r.ctx.Done():
		return nil, r.ctx.Err()
	}
}

// Read makes the chunks one stream again, for those who look for records in it.
func (r *reader) Read(b []byte) (n int, err error) {
	if len(r.rest) == 0 {
		if r.rest, err = r.chunk(); err != nil {
			return 0, err
		}
	}
	n = copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// records returns a function that finds the next record, of at most limit bytes, valid until the next call.
func records(in io.Reader, limit int, next func(*bufio.Reader, []byte, int) ([]byte, error)) func() ([]byte, error) {
	b, record := bufio.NewReaderSize(in, chunk), []byte{}
	return func() (_ []byte, err error) {
		record, err = next(b, record[:0], limit)
		return record, err
	}
}

// lineRecord appends the next line, without its newline, to record.
func lineRecord(in *bufio.Reader, record []byte, limit int) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		record = append(record, part...)
		if len(record) > limit+1 {
			return nil, fmt.Errorf("a line: %w", &shmring.TooLargeError{Size: uint64(len(record)), Limit: uint64(limit)})
		}
		switch {
		case err == nil:
			return bytes.TrimSuffix(record, []byte("\n")), nil
		case err == io.EOF && len(record) > 0:
			return record, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// frameHeader is the length in front of a framed record: 4 bytes, little endian.
const frameHeader = 4

// framedRecord appends the next framed record to record.
func framedRecord(in *bufio.Reader, record []byte, limit int) ([]byte, error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("the input ends within a record's length: %w", err)
		}
		return nil, err
	}
	n := uint64(binary.LittleEndian.Uint32(header[:]))
	if n > uint64(limit) {
		return nil, fmt.Errorf("a framed record: %w", &shmring.TooLargeError{Size: n, Limit: uint64(limit)})
	}
	record = append(record, make([]byte, n)...)
	if _, err := io.ReadFull(in, record); err != nil {
		return nil, fmt.Errorf("the input ends within a record of %d bytes: %w", n, io.ErrUnexpectedEOF)
	}
	return record, nil
}
