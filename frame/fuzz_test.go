package frame_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/shmring/ipc/frame"
)

func seed(f *testing.F, prefix int) {
	for _, m := range shapes() {
		if m.Size() < 1000 {
			f.Add(m.AppendTo(nil)[prefix:])
		}
	}
	f.Add(payload(0))
	f.Add(payload(8, uint64(1)<<62))
	f.Add(payload(24, 0, 0, uint64(1)<<63, "tail"))
}

// Whatever Parse accepts is the one encoding of what it returns.
func FuzzParse(f *testing.F) {
	seed(f, 8)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := frame.Parse(b)
		if err != nil {
			if !errors.Is(err, frame.ErrMalformed) {
				t.Errorf("untyped error %v", err)
			}
			return
		}
		if !bytes.Equal(m.AppendTo(nil)[8:], b) {
			t.Errorf("%x parses as %q, which is encoded differently", b, m)
		}
	})
}

// A Reader that is given the bytes at once, and one that is given few at a time and interrupted, agree with
// each other, with Parse and with the streaming form, in messages and in how it ends.
func FuzzReader(f *testing.F) {
	seed(f, 0)
	f.Fuzz(func(t *testing.T, b []byte) {
		opts := []frame.Option{frame.WithMaxSize(1000), frame.WithMaxStream(1000), frame.WithReadAhead(64)}
		whole := frame.NewReader(bytes.NewReader(b), opts...)
		p := newPipe(5, len(b)/2)
		p.Buffer.Write(b)
		slow := frame.NewReader(p, opts...)
		streamed := frame.NewReader(bytes.NewReader(b), opts...)
		for {
			want, wantErr := whole.Read(bg)
			got, err := slow.Read(bg)
			if frame.Resumable(err) {
				got, err = slow.Read(bg)
			}
			if !equal(got, want) || kind(err) != kind(wantErr) {
				t.Fatalf("at once %q, %v\nslowly  %q, %v", want, wantErr, got, err)
			}
			got, err = collect(streamed)
			if err == nil && !equal(got, want) || kind(err) != kind(wantErr) && !bothBroken(err, wantErr) {
				t.Fatalf("at once %q, %v\nstreamed %q, %v", want, wantErr, got, err)
			}
			if err != nil {
				return
			}
		}
	})
}

// collect reads one frame as a stream and puts it together.
func collect(r *frame.Reader) (frame.Message, error) {
	body, s, err := r.ReadStream(bg)
	m := frame.Message{Body: body}
	for err == nil {
		if _, err = s.Next(bg); err == io.EOF {
			return m, nil
		}
		if err == nil {
			var p []byte
			p, err = io.ReadAll(s)
			m.Parts = append(m.Parts, p)
		}
	}
	return frame.Message{}, err
}

// kind is the sentinel that err is.
func kind(err error) error {
	for _, k := range []error{frame.ErrTooLarge, frame.ErrMalformed, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, k) {
			return k
		}
	}
	return err
}

// bothBroken reports whether a stream met a bad length where a whole frame met the end, which comes later.
func bothBroken(streamed, whole error) bool {
	return kind(streamed) == frame.ErrMalformed && kind(whole) == io.ErrUnexpectedEOF
}
