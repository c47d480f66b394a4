package frame_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/frame"
)

// readStream reads one frame as a stream, to its end.
func readStream(r *frame.Reader) error {
	_, s, err := r.ReadStream(bg)
	for err == nil {
		if _, err = s.Next(bg); err == nil {
			_, err = io.Copy(io.Discard, s)
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

func TestAStreamedFrameIsAnOrdinaryFrame(t *testing.T) {
	for way, s := range streams {
		for name, m := range shapes() {
			t.Run(way+"/"+name, func(t *testing.T) {
				src := strings.Repeat("streamed", 20000)
				p := newPipe(0, -1)
				w := frame.NewWriter(s.wrap(p), s.opts...)
				must(t, w.Queue(bg, msg("before")))
				must(t, w.WriteFrom(bg, m, iotest.HalfReader(strings.NewReader(src+"beyond")), int64(len(src))))
				must(t, w.WriteFrom(bg, m, strings.NewReader(""), 0))
				got := readAll(t, p)
				with := m.Clone()
				with.Parts = append(with.Parts, []byte(src))
				empty := m.Clone()
				empty.Parts = append(empty.Parts, nil)
				if len(got) != 3 || !equal(got[0], msg("before")) || !equal(got[1], with) || !equal(got[2], empty) {
					t.Errorf("%d messages", len(got))
				}
			})
		}
	}
}

func TestWriteFromResumesAtEveryByte(t *testing.T) {
	m, text := msg("body", "one"), strings.Repeat("0123456789", 30)
	want := m.Clone()
	want.Parts = append(want.Parts, []byte(text))
	resumes := map[string]func(*frame.Writer, io.Reader) error{
		"the same call": func(w *frame.Writer, src io.Reader) error { return w.WriteFrom(bg, m, src, int64(len(text))) },
		"Flush":         func(w *frame.Writer, _ io.Reader) error { return w.Flush(bg) },
		"another call":  func(w *frame.Writer, _ io.Reader) error { return w.Write(bg, msg("next")) },
	}
	for how, resume := range resumes {
		for cut := range want.Size() {
			p := newPipe(11, cut)
			w := frame.NewWriter(p)
			src := iotest.OneByteReader(strings.NewReader(text))
			if err := w.WriteFrom(bg, m, src, int64(len(text))); !frame.Resumable(err) {
				t.Fatalf("%s, cut at %d: %v", how, cut, err)
			}
			if got := w.Pending(); got != uint64(want.Size()-cut) {
				t.Fatalf("%s, cut at %d: %d bytes pending", how, cut, got)
			}
			must(t, resume(w, src))
			if how != "another call" {
				must(t, w.Write(bg, msg("next")))
			}
			if got := readAll(t, p); len(got) != 2 || !equal(got[0], want) || !equal(got[1], msg("next")) {
				t.Fatalf("%s, cut at %d: %d messages", how, cut, len(got))
			}
		}
	}
}

func TestASourceThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		src       io.Reader
		resumable bool
		is        error
	}{
		"ends early": {strings.NewReader("ab"), false, io.ErrUnexpectedEOF},
		"breaks":     {io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(errBroken)), false, errBroken},
		"times out":  {io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(os.ErrDeadlineExceeded)), true, os.ErrDeadlineExceeded},
		"is idle":    {idle{}, false, io.ErrNoProgress},
	} {
		w := frame.NewWriter(newPipe(0, -1))
		err := w.WriteFrom(bg, msg("body"), c.src, 3)
		if frame.Resumable(err) != c.resumable || !errors.Is(err, c.is) {
			t.Errorf("a source that %s: %v", name, err)
		}
		if next := w.Write(bg, msg("next")); next == nil {
			t.Errorf("a source that %s: the next message went out", name)
		}
	}
}

func TestWriteFromRefusesAStreamAboveItsMaximum(t *testing.T) {
	p := newPipe(0, -1)
	w := frame.NewWriter(p, frame.WithMaxStream(100))
	err := w.WriteFrom(bg, msg("12345678"), strings.NewReader(""), 77) // 8+8 + 8+77
	var large *frame.TooLargeError
	if !errors.As(err, &large) || *large != (frame.TooLargeError{Size: 101, Limit: 100}) || p.writes > 0 {
		t.Errorf("got %v after %d writes", err, p.writes)
	}
	if err := frame.NewWriter(p).WriteFrom(bg, msg("x"), idle{}, math.MaxInt64); !errors.Is(err, frame.ErrTooLarge) {
		t.Errorf("2^63-1 and a body: %v", err)
	}
}

func TestStreamReadResumesAtEveryByte(t *testing.T) {
	m := msg("body", "first part", "", strings.Repeat("long part ", 50))
	flat := wire(m, msg("next"))
	for _, size := range []int{1, 7, 64, 1000} {
		for cut := range len(flat) {
			p := newPipe(13, cut)
			p.Buffer.Write(flat)
			r := frame.NewReader(p, frame.WithReadAhead(64))
			failures := 0
			retry := func(f func() error) {
				for {
					err := f()
					if !frame.Resumable(err) {
						if err != nil && err != io.EOF {
							t.Fatalf("cut at %d: %v", cut, err)
						}
						return
					}
					failures++
				}
			}
			var got frame.Message
			var s *frame.Stream
			retry(func() (err error) {
				got.Body, s, err = r.ReadStream(bg)
				return err
			})
			for last := false; !last; {
				retry(func() error {
					n, err := s.Next(bg)
					last = err == io.EOF
					if err == nil {
						got.Parts = append(got.Parts, make([]byte, 0, n))
					}
					return err
				})
				for end := false; !end && !last; {
					retry(func() error {
						b := make([]byte, size)
						n, err := s.ReadContext(bg, b)
						i := len(got.Parts) - 1
						got.Parts[i] = append(got.Parts[i], b[:n]...)
						end = err == io.EOF
						return err
					})
				}
			}
			if !equal(got, m) {
				t.Fatalf("reads of %d, cut at %d: %q", size, cut, got)
			}
			retry(func() (err error) {
				got, err = r.Read(bg)
				return err
			})
			if !equal(got, msg("next")) || failures != 1 {
				t.Fatalf("reads of %d, cut at %d: then %q, %d failures", size, cut, got, failures)
			}
		}
	}
}

func TestTheReaderSkipsWhatIsLeftOfAStream(t *testing.T) {
	long := strings.Repeat("long", 100)
	for parts := range 4 {
		for read := range 3 {
			p := newPipe(0, -1)
			p.Buffer.Write(wire(msg("body", long, "short", long), msg("next")))
			r := frame.NewReader(p, frame.WithReadAhead(64))
			_, s, err := r.ReadStream(bg)
			must(t, err)
			for range parts {
				_, err := s.Next(bg)
				must(t, err)
				_, err = io.CopyN(io.Discard, s, int64(read))
				must(t, err)
			}
			if m, err := r.Read(bg); err != nil || !equal(m, msg("next")) {
				t.Errorf("%d parts, %d bytes of each: %q, %v", parts, read, m, err)
			}
			if _, err := s.Next(bg); err != frame.ErrStreamOver {
				t.Errorf("Next on a stream that is over: %v", err)
			}
			if _, err := s.Read(make([]byte, 1)); err != frame.ErrStreamOver {
				t.Errorf("Read on a stream that is over: %v", err)
			}
		}
	}
}

func TestAStreamThatIsCutIsUnexpectedEverywhere(t *testing.T) {
	flat := wire(msg("body", "part", strings.Repeat("x", 100)))
	for n := 1; n < len(flat); n++ {
		r := frame.NewReader(bytes.NewReader(flat[:n]), frame.WithReadAhead(64))
		if err := readStream(r); !errors.Is(err, io.ErrUnexpectedEOF) || frame.Resumable(err) {
			t.Errorf("%d bytes: %v", n, err)
		}
		r = frame.NewReader(bytes.NewReader(flat[:n]), frame.WithReadAhead(64))
		if _, _, err := r.ReadStream(bg); err == nil {
			if _, err := r.Read(bg); !errors.Is(err, io.ErrUnexpectedEOF) || frame.Resumable(err) {
				t.Errorf("%d bytes, skipped: %v", n, err)
			}
		}
	}
}

func TestPartsAfterALargeBodyAreReadInLargeSteps(t *testing.T) {
	c := &counting{Reader: bytes.NewReader(wire(msg(strings.Repeat("b", 100<<10), strings.Repeat("p", 100<<10))))}
	must(t, readStream(frame.NewReader(c)))
	if c.reads > 30 {
		t.Errorf("%d reads for 200 KiB", c.reads)
	}
}

// counting counts the reads of a stream.
type counting struct {
	io.Reader
	reads int
}

func (c *counting) Read(b []byte) (int, error) { c.reads++; return c.Reader.Read(b) }

// zeros is an endless source, and a sink that counts.
type zeros struct{ n int64 }

func (z *zeros) Read(b []byte) (int, error)  { clear(b); return len(b), nil }
func (z *zeros) Write(b []byte) (int, error) { z.n += int64(len(b)); return len(b), nil }

func TestAPartLargerThanTheMaximumOfAMessageTravelsInBoundedMemory(t *testing.T) {
	const size = 256 << 20
	pr, pw := io.Pipe()
	go func() {
		err := frame.NewWriter(pw).WriteFrom(bg, msg("body"), &zeros{}, size)
		pw.CloseWithError(err)
	}()
	pool := frame.NewPool(math.MaxInt)
	body, s, err := frame.NewReader(pr, frame.WithPool(pool)).ReadStream(bg)
	must(t, err)
	n, err := s.Next(bg)
	must(t, err)
	var got zeros
	_, err = io.Copy(&got, s)
	if err != nil || n != size || got.n != size || string(body) != "body" {
		t.Errorf("%q and %d of %d bytes: %v", body, got.n, n, err)
	}
	if pool.Idle() != 0 {
		t.Errorf("%d bytes of large buffers were needed", pool.Idle())
	}
}

func ExampleWriter_WriteFrom() {
	var conn bytes.Buffer
	w := frame.NewWriter(&conn)
	file := strings.NewReader("as large as you like")
	if err := w.WriteFrom(bg, frame.Message{Body: []byte("name.txt")}, file, file.Size()); err != nil {
		fmt.Println(err)
	}

	body, parts, err := frame.NewReader(&conn).ReadStream(bg)
	if err != nil {
		fmt.Println(err)
	}
	size, err := parts.Next(bg)
	if err != nil {
		fmt.Println(err)
	}
	text, err := io.ReadAll(parts)
	fmt.Printf("%s, %d bytes: %s %v\n", body, size, text, err)
	// Output: name.txt, 20 bytes: as large as you like <nil>
}
