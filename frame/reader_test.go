package frame_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/frame"
)

// wire is the frames of ms, one after the other.
func wire(ms ...frame.Message) []byte {
	var b []byte
	for _, m := range ms {
		b = m.AppendTo(b)
	}
	return b
}

func TestReaderResumesAtEveryByteOfEveryShape(t *testing.T) {
	for name, m := range shapes() {
		t.Run(name, func(t *testing.T) {
			flat := wire(m, msg("next"))
			for cut := 0; cut < len(flat); cut += 1 + len(flat)/300 {
				p := newPipe(1+len(flat)/10, cut)
				p.Buffer.Write(flat)
				r := frame.NewReader(p, frame.WithReadAhead(64))
				failed := false
				for _, want := range []frame.Message{m, msg("next")} {
					got, err := r.Read(bg)
					if err != nil && !failed {
						failed = true
						if !frame.Resumable(err) || !errors.Is(err, os.ErrDeadlineExceeded) {
							t.Fatalf("cut at %d: %v", cut, err)
						}
						got, err = r.Read(bg)
					}
					if err != nil || !equal(got, want) {
						t.Fatalf("cut at %d: %v, equal %t", cut, err, equal(got, want))
					}
				}
				if !failed {
					t.Fatalf("cut at %d: no error", cut)
				}
				if _, err := r.Read(bg); err != io.EOF {
					t.Fatalf("cut at %d: at the end %v", cut, err)
				}
			}
		})
	}
}

func TestReaderTellsACleanEndFromACut(t *testing.T) {
	flat := wire(msg("body", "part"), msg("second"))
	first := msg("body", "part").Size()
	for n := range len(flat) + 1 {
		r := frame.NewReader(bytes.NewReader(flat[:n]))
		var err error
		messages := 0
		for ; err == nil; messages++ {
			_, err = r.Read(bg)
		}
		if n == 0 || n == first || n == len(flat) {
			if err != io.EOF {
				t.Errorf("%d bytes: %v, want io.EOF itself", n, err)
			}
			continue
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || frame.Resumable(err) {
			t.Errorf("%d bytes: %v, want a fatal io.ErrUnexpectedEOF", n, err)
		}
		if _, again := r.Read(bg); again != err {
			t.Errorf("%d bytes: a second Read gave %v", n, again)
		}
	}
}

func TestReaderTakesBytesAndAnErrorTogether(t *testing.T) {
	want := msg("body", "part")
	r := frame.NewReader(iotest.DataErrReader(bytes.NewReader(wire(want))))
	if m, err := r.Read(bg); err != nil || !equal(m, want) {
		t.Fatalf("%q, %v", m, err)
	}
	if _, err := r.Read(bg); err != io.EOF {
		t.Errorf("then %v", err)
	}
}

func TestReaderRefusesWhatAPrefixMayNotSay(t *testing.T) {
	const limit = 100
	for name, c := range map[string]struct {
		stream []byte
		want   error
	}{
		"total 0":               {payload(0), &frame.ParseError{Part: -1, Size: 8, Length: true}},
		"total 7":               {payload(7, "1234567"), &frame.ParseError{Part: -1, Size: 8, Left: 7, Length: true}},
		"maximum and one":       {payload(limit + 1), &frame.TooLargeError{Size: limit + 1, Limit: limit}},
		"2^63":                  {payload(uint64(1) << 63), &frame.TooLargeError{Size: 1 << 63, Limit: limit}},
		"2^64-1":                {payload(uint64(math.MaxUint64)), &frame.TooLargeError{Size: math.MaxUint64, Limit: limit}},
		"2^64-8":                {payload(uint64(math.MaxUint64 - 7)), &frame.TooLargeError{Size: math.MaxUint64 - 7, Limit: limit}},
		"body beyond the frame": {payload(10, 3, "ab"), &frame.ParseError{Part: -1, Offset: 8, Size: 3, Left: 2}},
		"part beyond the frame": {payload(17, 0, 2, "a"), &frame.ParseError{Part: 0, Offset: 16, Size: 2, Left: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			for way, read := range map[string]func(*frame.Reader) error{
				"Read":       func(r *frame.Reader) error { _, err := r.Read(bg); return err },
				"ReadStream": readStream,
			} {
				err := read(frame.NewReader(bytes.NewReader(c.stream), frame.WithMaxSize(limit), frame.WithMaxStream(limit)))
				var e *frame.Error
				if !errors.As(err, &e) || e.Resumable || e.Err.Error() != c.want.Error() {
					t.Errorf("%s: got %v, want %v", way, err, c.want)
				}
			}
		})
	}
}

func TestReaderTakesAFrameOfExactlyTheMaximum(t *testing.T) {
	m := frame.Message{Body: make([]byte, 42), Parts: [][]byte{make([]byte, 42)}}
	r := frame.NewReader(bytes.NewReader(wire(m)), frame.WithMaxSize(100))
	if got, err := r.Read(bg); err != nil || !equal(got, m) {
		t.Errorf("%v", err)
	}
}

func TestADeclaredLengthAloneCostsNoMemory(t *testing.T) {
	declared := uint64(min(1<<40, math.MaxInt-16))
	for arrived, pace := range map[int]func(io.Reader) io.Reader{
		1000:      iotest.OneByteReader, // into the first buffer
		500 << 10: iotest.HalfReader,    // and through several
	} {
		stream := append(binary.BigEndian.AppendUint64(nil, declared), make([]byte, arrived)...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := frame.NewReader(pace(bytes.NewReader(stream)), frame.WithMaxSize(math.MaxInt)).Read(bg)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got %v", err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > uint64(128<<10+4*arrived) {
			t.Errorf("%d bytes allocated for %d that arrived", grown, arrived)
		}
	}
}

// once is a stream that returns all its bytes together with an error, and never that error again.
type once struct {
	data []byte
	err  error
}

func (o *once) Read(b []byte) (int, error) {
	n := copy(b, o.data)
	err := o.err
	o.data, o.err = nil, io.EOF
	return n, err
}

func TestAnErrorThatCameWithBytesIsReportedAfterThem(t *testing.T) {
	m := msg("body", "part")
	r := frame.NewReader(&once{wire(m), errBroken})
	if got, err := r.Read(bg); err != nil || !equal(got, m) {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := r.Read(bg); !errors.Is(err, errBroken) {
		t.Errorf("then %v", err)
	}
}

func TestDetachKeepsAMessageAndWhatWasReadAhead(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 1000)
	all := []frame.Message{msg("one", "p"), msg("two"), {Body: large}, msg("three"), {Parts: [][]byte{large}}}
	r := frame.NewReader(bytes.NewReader(wire(all...)), frame.WithReadAhead(100))
	var kept []frame.Message
	for range all {
		m, err := r.Read(bg)
		must(t, err)
		r.Detach()
		kept = append(kept, m)
	}
	if _, err := r.Read(bg); err != io.EOF {
		t.Fatal(err)
	}
	for i := range all {
		if !equal(kept[i], all[i]) {
			t.Errorf("message %d has changed", i)
		}
	}
}

func TestDetachInsideAFrameLosesNothing(t *testing.T) {
	m := frame.Message{Body: bytes.Repeat([]byte("large"), 1000)}
	for _, cut := range []int{1, 50, 100, 101, 3000} {
		p := newPipe(0, cut)
		p.Buffer.Write(wire(m))
		r := frame.NewReader(p, frame.WithReadAhead(100))
		if _, err := r.Read(bg); !frame.Resumable(err) {
			t.Fatal(err)
		}
		r.Detach()
		if got, err := r.Read(bg); err != nil || !equal(got, m) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

func TestALargeBufferGoesToThePoolAndIsUsedAgain(t *testing.T) {
	pool := frame.NewPool(1 << 20)
	m := frame.Message{Body: make([]byte, 300<<10)}
	r := frame.NewReader(bytes.NewReader(wire(m, m, msg("short"))), frame.WithPool(pool))
	first, err := r.Read(bg)
	must(t, err)
	at := &first.Body[0]
	const steps = (64 + 128 + 256) << 10 // what it grew through
	if pool.Idle() != steps {
		t.Errorf("the pool holds %d bytes after the first message, want %d", pool.Idle(), steps)
	}
	second, err := r.Read(bg)
	must(t, err)
	if &second.Body[0] != at || pool.Idle() != steps {
		t.Errorf("the second large message lies elsewhere, the pool holds %d bytes", pool.Idle())
	}
	_, err = r.Read(bg)
	must(t, err)
	if want := steps + m.Size(); pool.Idle() != want {
		t.Errorf("after a short message the pool holds %d bytes, want all %d", pool.Idle(), want)
	}
}

func TestALentBufferHoldsNothingBehindItsFrame(t *testing.T) {
	pool := frame.NewPool(1 << 20)
	large := frame.Message{Body: make([]byte, 300<<10)}
	_, err := frame.NewReader(bytes.NewReader(wire(large, msg(""))), frame.WithPool(pool)).Read(bg)
	must(t, err)
	r := frame.NewReader(bytes.NewReader(wire(large, msg("one"))), frame.WithPool(pool))
	_, err = r.Read(bg)
	must(t, err)
	medium := frame.Message{Body: make([]byte, 100<<10)}
	r = frame.NewReader(bytes.NewReader(wire(medium, msg("one"), msg("two"))), frame.WithPool(pool))
	idle := pool.Idle()
	_, err = r.Read(bg)
	must(t, err)
	if pool.Idle() >= idle {
		t.Fatal("the message did not come in a buffer of the pool")
	}
	_, err = r.Read(bg)
	must(t, err)
	if pool.Idle() != idle {
		t.Errorf("%d of %d bytes are back while a short message is read", pool.Idle(), idle)
	}
}

func TestAPoolThatKeepsNothingIsEnough(t *testing.T) {
	m := frame.Message{Body: make([]byte, 300<<10)}
	r := frame.NewReader(bytes.NewReader(wire(m, m)), frame.WithPool(frame.NewPool(0)))
	for range 2 {
		if got, err := r.Read(bg); err != nil || !equal(got, m) {
			t.Error(err)
		}
	}
}
