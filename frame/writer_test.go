package frame_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/shmring/ipc/frame"
)

var bg = context.Background()

// streams are the ways in which a Writer writes: coalescing, gathering, and slice by slice.
var streams = map[string]struct {
	wrap func(*pipe) io.Writer
	opts []frame.Option
}{
	"coalesced":      {func(p *pipe) io.Writer { return p }, nil},
	"gathered":       {func(p *pipe) io.Writer { return gathering{p} }, []frame.Option{frame.WithCoalesce(0)}},
	"slice by slice": {func(p *pipe) io.Writer { return p }, []frame.Option{frame.WithCoalesce(0)}},
}

// readAll reads every message of p.
func readAll(t *testing.T, p *pipe) []frame.Message {
	t.Helper()
	r := frame.NewReader(&p.Buffer)
	var got []frame.Message
	for {
		m, err := r.Read(bg)
		if err == io.EOF {
			return got
		}
		must(t, err)
		got = append(got, m.Clone())
	}
}

func TestWriterResumesAtEveryByteOfEveryShape(t *testing.T) {
	for way, s := range streams {
		for name, m := range shapes() {
			t.Run(way+"/"+name, func(t *testing.T) {
				step := 1 + m.Size()/300
				for cut := 0; cut < m.Size(); cut += step {
					p := newPipe(1+m.Size()/10, cut)
					p.strict = cut%2 == 0
					w := frame.NewWriter(s.wrap(p), s.opts...)
					err := w.Write(bg, m)
					if !frame.Resumable(err) || !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Fatalf("cut at %d: %v", cut, err)
					}
					if got, want := w.Pending(), m.Size()-cut; cut > 0 && got != uint64(want) {
						t.Fatalf("cut at %d: %d bytes pending, want %d", cut, got, want)
					}
					must(t, w.Write(bg, m.Clone()))
					must(t, w.Write(bg, msg("next")))
					got := readAll(t, p)
					if len(got) != 2 || !equal(got[0], m) || !equal(got[1], msg("next")) {
						t.Fatalf("cut at %d: %d messages arrived", cut, len(got))
					}
				}
			})
		}
	}
}

func TestMemoryIsTheCallersAfterAResumableError(t *testing.T) {
	for way, s := range streams {
		t.Run(way, func(t *testing.T) {
			p := newPipe(0, 20)
			w := frame.NewWriter(s.wrap(p), s.opts...)
			m := msg(strings.Repeat("body", 1000), strings.Repeat("part", 1000))
			want := m.Clone()
			if err := w.Write(bg, m); !frame.Resumable(err) {
				t.Fatal(err)
			}
			clear(m.Body)
			clear(m.Parts[0])
			must(t, w.Flush(bg))
			if got := readAll(t, p); len(got) != 1 || !equal(got[0], want) {
				t.Error("the frame holds what the caller wrote after the call")
			}
		})
	}
}

func TestAnotherMessageAfterAResumableError(t *testing.T) {
	for cut, want := range map[int]int{0: 1, 1: 2, 17: 2} {
		p := newPipe(0, cut)
		w := frame.NewWriter(p)
		// Same size, same end: only the content tells them apart.
		if err := w.Write(bg, msg("1 same size")); !frame.Resumable(err) {
			t.Fatal(err)
		}
		if started := w.Pending() > 0; started != (cut > 0) {
			t.Errorf("cut at %d: %d bytes pending", cut, w.Pending())
		}
		must(t, w.Write(bg, msg("2 same size")))
		got := readAll(t, p)
		if len(got) != want || !equal(got[len(got)-1], msg("2 same size")) {
			t.Errorf("cut at %d: got %q", cut, got)
		}
	}
}

func TestAFatalErrorStays(t *testing.T) {
	for way, s := range streams {
		t.Run(way, func(t *testing.T) {
			p := newPipe(0, 5)
			p.fault = errBroken
			w := frame.NewWriter(s.wrap(p), s.opts...)
			first := w.Write(bg, msg("hello"))
			if frame.Resumable(first) || !errors.Is(first, errBroken) {
				t.Fatalf("got %v", first)
			}
			written := p.Len()
			for what, err := range map[string]error{
				"Write": w.Write(bg, msg("again")),
				"Queue": w.Queue(bg, msg("again")),
				"Flush": w.Flush(bg),
				"From":  w.WriteFrom(bg, msg("again"), strings.NewReader("x"), 1),
			} {
				if err != first {
					t.Errorf("%s afterwards: %v", what, err)
				}
			}
			if p.Len() != written || w.Pending() != 0 {
				t.Errorf("%d bytes written after the fatal error, %d pending", p.Len()-written, w.Pending())
			}
		})
	}
}

func TestWriterRefusesAMessageAboveTheMaximumBeforeAByte(t *testing.T) {
	p := newPipe(0, -1)
	w := frame.NewWriter(p, frame.WithMaxSize(100))
	fits := frame.Message{Body: make([]byte, 42), Parts: [][]byte{make([]byte, 42)}} // 8+42 + 8+42
	over := frame.Message{Body: make([]byte, 42), Parts: [][]byte{make([]byte, 43)}}
	for what, err := range map[string]error{
		"Write": w.Write(bg, over),
		"Queue": w.Queue(bg, over),
		"From":  w.WriteFrom(bg, over, strings.NewReader(""), 0),
	} {
		var large *frame.TooLargeError
		if !errors.As(err, &large) || *large != (frame.TooLargeError{Size: 101, Limit: 100}) || !errors.Is(err, frame.ErrTooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if p.writes != 0 {
		t.Errorf("%d writes", p.writes)
	}
	must(t, w.Write(bg, fits))
	if got := readAll(t, p); len(got) != 1 || !equal(got[0], fits) {
		t.Error("the message of exactly the maximum did not arrive")
	}
}

func TestWriterMakesOneWritePerFrame(t *testing.T) {
	large := make([]byte, 1<<20)
	for name, c := range map[string]struct {
		m    frame.Message
		want int
	}{
		"small":                      {msg("body", "one", "two"), 1},
		"at the threshold":           {frame.Message{Body: make([]byte, 64<<10-16)}, 1},
		"large part":                 {frame.Message{Body: []byte("body"), Parts: [][]byte{large}}, 1},
		"large parts and many small": {frame.Message{Parts: append(make([][]byte, 3000), large, large)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := gathering{newPipe(0, -1)}
			must(t, frame.NewWriter(g).Write(bg, c.m))
			if g.writes != c.want {
				t.Errorf("%d writes, want %d", g.writes, c.want)
			}
			if got := readAll(t, g.pipe); len(got) != 1 || !equal(got[0], c.m) {
				t.Error("the message did not arrive")
			}
		})
	}
}

func TestQueuedMessagesGoOutTogether(t *testing.T) {
	p := newPipe(0, -1)
	w := frame.NewWriter(p, frame.WithBatch(200))
	for i := range 10 { // 17 bytes each: eleven fit
		must(t, w.Queue(bg, msg(string(rune('a'+i)))))
	}
	if p.writes != 0 || w.Pending() != 170 {
		t.Fatalf("%d writes, %d bytes pending", p.writes, w.Pending())
	}
	must(t, w.Queue(bg, msg("k")))
	must(t, w.Queue(bg, msg("l"))) // does not fit any more
	if p.writes != 1 || w.Pending() != 17 {
		t.Fatalf("%d writes, %d bytes pending", p.writes, w.Pending())
	}
	must(t, w.Write(bg, msg("m"))) // takes the queue along
	if p.writes != 2 || w.Pending() != 0 {
		t.Fatalf("%d writes, %d bytes pending", p.writes, w.Pending())
	}
	must(t, w.Queue(bg, frame.Message{Body: make([]byte, 500)})) // larger than a batch
	must(t, w.Flush(bg))
	if got := readAll(t, p); len(got) != 14 || string(got[11].Body) != "l" || string(got[12].Body) != "m" || len(got[13].Body) != 500 {
		t.Errorf("%d messages arrived", len(got))
	}
}

func TestQueueAndWriteResumeAtEveryByteWithoutLossOrRepeat(t *testing.T) {
	all := []frame.Message{msg("one"), msg("two", "part"), msg("three"), msg("four", "a", "b")}
	total := 0
	for _, m := range all {
		total += m.Size()
	}
	for cut := range total {
		p := newPipe(7, cut)
		w := frame.NewWriter(p, frame.WithBatch(64))
		for i, m := range all {
			send := w.Queue
			if i == 2 {
				send = w.Write
			}
			for try := 0; ; try++ {
				err := send(bg, m)
				if err == nil {
					break
				}
				if !frame.Resumable(err) || try > 1 {
					t.Fatal(err)
				}
			}
		}
		for frame.Resumable(w.Flush(bg)) {
		}
		got := readAll(t, p)
		if len(got) != len(all) {
			t.Fatalf("cut at %d: %d messages", cut, len(got))
		}
		for i := range all {
			if !equal(got[i], all[i]) {
				t.Fatalf("cut at %d: message %d is %q", cut, i, got[i])
			}
		}
	}
}

// liar claims more bytes than it was given.
type liar struct{}

func (liar) Write(b []byte) (int, error) { return len(b) + 1, nil }
func (liar) Read(b []byte) (int, error)  { return len(b) + 1, nil }

// idle does nothing, without an error.
type idle struct{}

func (idle) Write([]byte) (int, error) { return 0, nil }
func (idle) Read([]byte) (int, error)  { return 0, nil }

func TestStreamsThatBreakTheirContractAreFatal(t *testing.T) {
	_, readLiar := frame.NewReader(liar{}).Read(bg)
	_, readIdle := frame.NewReader(idle{}).Read(bg)
	for name, err := range map[string]error{
		"write more than given": frame.NewWriter(liar{}).Write(bg, msg("x")),
		"write nothing":         frame.NewWriter(idle{}).Write(bg, msg("x")),
		"read more than asked":  readLiar,
		"read nothing":          readIdle,
	} {
		var e *frame.Error
		if !errors.As(err, &e) || e.Resumable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
