package frame_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/shmring/ipc/frame"
)

// counted is a stream that counts its reads and interrupts the one that would go beyond cut, once.
type counted struct {
	bytes.Reader
	cut   int // bytes until the interruption; negative: none
	reads int
}

func (c *counted) Read(b []byte) (int, error) {
	c.reads++
	if c.cut == 0 {
		c.cut = -1
		return 0, os.ErrDeadlineExceeded
	}
	if c.cut > 0 {
		b = b[:min(len(b), c.cut)]
	}
	n, err := c.Reader.Read(b)
	if c.cut > 0 {
		c.cut -= n
	}
	return n, err
}

func TestALargeFrameTakesFewReadsHoweverItIsResumed(t *testing.T) {
	const size, readAhead = 600_000, 1 << 10
	large := frame.Message{Body: []byte("body"), Parts: [][]byte{bytes.Repeat([]byte("p"), size), []byte("last")}}
	for name, read := range map[string]func(*frame.Reader) error{
		"every part": readStream,
		"no part":    func(r *frame.Reader) error { _, _, err := r.ReadStream(bg); return err },
		"parts skipped": func(r *frame.Reader) error {
			_, s, err := r.ReadStream(bg)
			for err == nil {
				_, err = s.Next(bg)
			}
			if err == io.EOF {
				return nil
			}
			return err
		},
		"small pieces": func(r *frame.Reader) error {
			_, s, err := r.ReadStream(bg)
			for err == nil {
				if _, err = s.Next(bg); err == nil {
					_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{s}, make([]byte, 100))
				}
			}
			if err == io.EOF {
				return nil
			}
			return err
		},
	} {
		for _, cut := range []int{-1, 10, 30, 5_000, size / 2, size + 30} {
			c := &counted{cut: cut}
			c.Reset(wire(large, msg("next")))
			r := frame.NewReader(c, frame.WithReadAhead(readAhead))
			if cut >= 0 {
				if _, err := r.Read(bg); !frame.Resumable(err) {
					t.Fatalf("%s, cut at %d: %v", name, cut, err)
				}
			}
			must(t, read(r))
			if next, err := r.Read(bg); err != nil || !equal(next, msg("next")) {
				t.Fatalf("%s, cut at %d: then %q, %v", name, cut, next, err)
			}
			if most := size/readAhead + 40; c.reads > most {
				t.Errorf("%s, cut at %d: %d reads, want at most %d", name, cut, c.reads, most)
			}
		}
	}
}
