package frame_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
)

// pipe is a stream in memory that grants few bytes per call and fails where it is told to.
// Its halves are used by one goroutine at a time.
type pipe struct {
	bytes.Buffer
	rng    *rand.Rand
	grant  int   // at most so many bytes per call, at least 1; 0 grants all
	cut    int   // bytes until the next failure; negative: none
	fault  error // what fails; nil is os.ErrDeadlineExceeded
	writes int   // calls that wrote
	strict bool  // a short write comes with the error at once, as a net.Conn does it
}

func newPipe(grant, cut int) *pipe {
	return &pipe{rng: rand.New(rand.NewPCG(1, uint64(cut))), grant: grant, cut: cut}
}

// allow returns how many of n bytes pass, and with which error.
func (p *pipe) allow(n int) (int, error) {
	if p.cut == 0 {
		p.cut = -1
		return 0, p.failure()
	}
	ask := n
	if p.grant > 0 {
		n = min(n, 1+p.rng.IntN(p.grant))
	}
	if p.cut > 0 {
		n = min(n, p.cut)
		p.cut -= n
		if p.strict && p.cut == 0 && n < ask {
			p.cut = -1
			return n, p.failure()
		}
	}
	return n, nil
}

func (p *pipe) failure() error {
	if p.fault == nil {
		return os.ErrDeadlineExceeded
	}
	return p.fault
}

func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.allow(len(b))
	p.writes++
	p.Buffer.Write(b[:n])
	return n, err
}

func (p *pipe) Read(b []byte) (int, error) {
	if p.Len() == 0 && p.cut != 0 {
		return 0, io.EOF
	}
	n, err := p.allow(min(len(b), p.Len()))
	n, _ = p.Buffer.Read(b[:n])
	return n, err
}

// gathering is a pipe that takes several slices at once.
type gathering struct{ *pipe }

func (g gathering) WriteBuffers(v *net.Buffers) (int64, error) {
	n, err := g.allow(len(bytes.Join(*v, nil)))
	g.writes++
	for left := n; left > 0; {
		k := min(left, len((*v)[0]))
		g.Buffer.Write((*v)[0][:k])
		left -= k
		if (*v)[0] = (*v)[0][k:]; len((*v)[0]) == 0 {
			*v = (*v)[1:]
		}
	}
	for len(*v) > 0 && len((*v)[0]) == 0 {
		*v = (*v)[1:]
	}
	return int64(n), err
}

var errBroken = errors.New("broken for good")

// numbered is the nth message of a run: its content identifies it.
func numbered(n int) (body, part string) {
	b := bytes.Repeat([]byte{byte(n), byte(n >> 8)}, 1+n%7)
	return string(b), string(bytes.Repeat(b, n%5))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
