package frame_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
)

// sockets returns two connected Unix sockets.
func sockets(t testing.TB) (a, b *net.UnixConn) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	must(t, err)
	defer l.Close()
	c, err := net.Dial("unix", l.Addr().String())
	must(t, err)
	d, err := l.Accept()
	must(t, err)
	t.Cleanup(func() { c.Close(); d.Close() })
	return c.(*net.UnixConn), d.(*net.UnixConn)
}

// miser is a socket that grants 1…grant bytes per call, and at one byte of its own choice cancels the
// context and waits until that has interrupted the call.
type miser struct {
	*net.UnixConn
	rng       *rand.Rand
	grant     int
	cut       int // bytes until cancel is called; negative: none
	cancel    func()
	interrupt chan time.Time
}

func newMiser(c *net.UnixConn, grant int) *miser {
	return &miser{UnixConn: c, rng: rand.New(rand.NewPCG(7, 7)), grant: grant, cut: -1, interrupt: make(chan time.Time, 1)}
}

// arm sets the cut and returns the context that it cancels.
func (m *miser) arm(cut int) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	m.cut, m.cancel = cut, cancel
	return ctx
}

func (m *miser) allow(n int) int {
	if m.cut == 0 {
		m.cut = -1
		m.cancel()
		<-m.interrupt // the deadline is in the past from here on: the call below fails
		return n
	}
	n = min(n, 1+m.rng.IntN(m.grant))
	if m.cut > 0 {
		n = min(n, m.cut)
		m.cut -= n
	}
	return n
}

func (m *miser) Write(b []byte) (int, error) { return m.UnixConn.Write(b[:m.allow(len(b))]) }
func (m *miser) Read(b []byte) (int, error)  { return m.UnixConn.Read(b[:m.allow(len(b))]) }

func (m *miser) SetWriteDeadline(t time.Time) error { return m.note(t, m.UnixConn.SetWriteDeadline(t)) }
func (m *miser) SetReadDeadline(t time.Time) error  { return m.note(t, m.UnixConn.SetReadDeadline(t)) }

func (m *miser) note(t time.Time, err error) error {
	if !t.IsZero() {
		m.interrupt <- t
	}
	return err
}

// WriteBuffers grants few bytes as well, of the first slice that has any.
func (m *miser) WriteBuffers(v *net.Buffers) (int64, error) {
	for len((*v)[0]) == 0 {
		*v = (*v)[1:]
	}
	n, err := m.Write((*v)[0])
	if (*v)[0] = (*v)[0][n:]; len((*v)[0]) == 0 {
		*v = (*v)[1:]
	}
	return int64(n), err
}

// Every byte of a frame is once the one at which both ends are cancelled; after each, the same Writer and
// the same Reader carry a thousand more frames, and every one of them is checked.
func TestTheSameWriterAndReaderGoOnAfterACancelAtEveryByte(t *testing.T) {
	const after = 1000
	for name, opts := range map[string][]frame.Option{
		"coalesced": nil,
		"gathered":  {frame.WithCoalesce(0)},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := sockets(t)
			near, far := newMiser(a, 9), newMiser(b, 9)
			w := frame.NewWriter(near, opts...)
			r := frame.NewReader(far, frame.WithReadAhead(64))
			victim := msg("the body", "a part", "", "another part of it")

			failed := make(chan error, 1)
			turn := make(chan struct{}) // the reader is through with a round
			go func() {
				failed <- func() error {
					for cut := range victim.Size() {
						if err := w.Write(near.arm(cut), victim); !errors.Is(err, context.Canceled) || !frame.Resumable(err) {
							return fmt.Errorf("write cut at %d: %w", cut, err)
						}
						if err := w.Write(bg, victim); err != nil {
							return err
						}
						near.grant = 1 << 20
						for i := range after {
							body, part := numbered(i)
							if err := w.Write(bg, msg(body, part)); err != nil {
								return err
							}
						}
						near.grant = 9
						<-turn
					}
					return nil
				}()
			}()
			for cut := range victim.Size() {
				far.grant = 9
				if _, err := r.Read(far.arm(cut)); !errors.Is(err, context.Canceled) || !frame.Resumable(err) {
					t.Fatalf("read cut at %d: %v", cut, err)
				}
				if m, err := r.Read(bg); err != nil || !equal(m, victim) {
					t.Fatalf("read resumed at %d: %q, %v", cut, m, err)
				}
				far.grant = 1 << 20
				for i := range after {
					body, part := numbered(i)
					if m, err := r.Read(bg); err != nil || !equal(m, msg(body, part)) {
						t.Fatalf("cut at %d, frame %d after it: %q, %v", cut, i, m, err)
					}
				}
				turn <- struct{}{}
			}
			must(t, <-failed)
		})
	}
}

func TestALargeFrameThroughASocketThatIsFull(t *testing.T) {
	a, b := sockets(t)
	w, r := frame.NewWriter(a), frame.NewReader(b)
	m := frame.Message{Body: []byte("body"), Parts: [][]byte{bytes.Repeat([]byte("0123456789abcdef"), 1<<17), nil, []byte("end")}}
	want := m.Clone()

	ctx, cancel := context.WithCancel(context.Background())
	go func() { // nobody reads: the socket fills, the write blocks
		time.Sleep(10 * time.Millisecond)
		cancel()
	}()
	if err := w.Write(ctx, m); !errors.Is(err, context.Canceled) || !frame.Resumable(err) {
		t.Fatal(err)
	}
	if got := w.Pending(); got == 0 || got >= uint64(m.Size()) {
		t.Fatalf("%d of %d bytes pending", got, m.Size())
	}
	done := make(chan error, 1)
	go func() {
		err := w.Write(bg, m)
		for i := 0; err == nil && i < 1000; i++ {
			body, part := numbered(i)
			err = w.Write(bg, msg(body, part))
		}
		done <- err
	}()
	if got, err := r.Read(bg); err != nil || !equal(got, want) {
		t.Fatalf("%v, equal %t", err, equal(got, want))
	}
	for i := range 1000 {
		body, part := numbered(i)
		if got, err := r.Read(bg); err != nil || !equal(got, msg(body, part)) {
			t.Fatalf("frame %d after it: %q, %v", i, got, err)
		}
	}
	must(t, <-done)
}

func TestMorePartsThanOneWritevTakes(t *testing.T) {
	a, b := sockets(t)
	w, r := frame.NewWriter(a), frame.NewReader(b)
	m := frame.Message{Parts: make([][]byte, 3000)}
	for i := range m.Parts {
		m.Parts[i] = bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 600) // longer than what is copied
	}
	done := make(chan error, 1)
	go func() { done <- w.Write(bg, m) }()
	got, err := r.Read(bg)
	if err != nil || !equal(got, m) {
		t.Errorf("%v, equal %t", err, equal(got, m))
	}
	must(t, <-done)
}

func TestClosingTheConnectionUnblocksBothEnds(t *testing.T) {
	a, b := sockets(t)
	done := make(chan error, 1)
	go func() {
		_, err := frame.NewReader(b).Read(bg)
		done <- err
	}()
	must(t, b.Close())
	if err := <-done; frame.Resumable(err) || !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read: %v", err)
	}
	if err := frame.NewWriter(a).Write(bg, msg("x")); err == nil || frame.Resumable(err) {
		t.Errorf("Write to a peer that is gone: %v", err)
	}
}

func TestNothingIsAllocatedPerMessage(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, m := range map[string]frame.Message{
		"small": msg("body", "one", "two"),
		"large": {Body: []byte("body"), Parts: [][]byte{make([]byte, 200<<10), []byte("end")}},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := sockets(t)
			w, r := frame.NewWriter(a), frame.NewReader(b)
			token := make(chan struct{})
			defer close(token)
			go func() {
				for range token {
					if err := w.Write(ctx, m); err != nil {
						t.Error(err)
					}
				}
			}()
			n := testing.AllocsPerRun(100, func() {
				token <- struct{}{}
				if _, err := r.Read(ctx); err != nil {
					t.Error(err)
				}
			})
			if n != 0 {
				t.Errorf("%v allocations for one Write and one Read", n)
			}
		})
	}
}
