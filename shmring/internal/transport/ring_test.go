package transport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/shmring/ipc/frame"
)

// piece is one record of a ring.
type piece struct {
	body            []byte
	more, continued bool
	framed          bool
}

// fakeRing is a ring in a slice. Its one user sends, then receives, and never waits: where a real ring would, the call
// returns what stop says.
type fakeRing struct {
	pieces   []piece
	maxPiece int
	stop     error
	closed   bool  // its sender's end
	ended    error // what PeerEnded was told
	lent     bool
	releases int
	last     piece // the piece that Begin or Next has lent last
}

var errStopped = errors.New("would wait")

func (f *fakeRing) Send(_ context.Context, body []byte) error {
	return f.cut(bytes.NewReader(body), len(body), false)
}

func (f *fakeRing) cut(src io.Reader, size int, framed bool) error {
	if f.closed {
		return ErrClosed
	}
	for first := true; first || size > 0; first = false {
		n := min(size, f.maxPiece)
		b := make([]byte, n)
		if _, err := io.ReadFull(src, b); err != nil {
			return err
		}
		size -= n
		f.pieces = append(f.pieces, piece{body: b, more: size > 0, continued: !first, framed: framed})
	}
	return nil
}

func (f *fakeRing) SendFramed(_ context.Context, m frame.Message, size int) error {
	return f.cut(bytes.NewReader(m.AppendTo(nil)[LengthSize:]), size, true)
}

func (f *fakeRing) SendFramedFrom(_ context.Context, src io.Reader, size int64) error {
	return f.cut(src, int(size), true)
}

func (f *fakeRing) MaxPiece() int { return f.maxPiece }
func (f *fakeRing) Close() error  { f.closed = true; return nil }

// take returns the next piece.
func (f *fakeRing) take() (piece, error) {
	if len(f.pieces) == 0 {
		return piece{}, f.stop
	}
	p := f.pieces[0]
	f.pieces = f.pieces[1:]
	return p, nil
}

// out is the receiving end of a fakeRing.
type out struct{ *fakeRing }

func (o out) Begin(context.Context) (Piece, error) {
	for {
		p, err := o.take()
		if err != nil {
			return Piece{}, err
		}
		if !p.continued {
			o.last, o.lent = p, true
			return Piece{p.body, p.more, p.framed}, nil
		}
	}
}

func (o out) Next(context.Context) (Piece, error) {
	for {
		o.lent = false
		if !o.last.more {
			return Piece{}, io.EOF
		}
		if len(o.pieces) > 0 && !o.pieces[0].continued {
			return Piece{}, io.ErrUnexpectedEOF
		}
		p, err := o.take()
		if err != nil {
			return Piece{}, err
		}
		if o.last, o.lent = p, true; len(p.body) > 0 {
			return Piece{p.body, p.more, p.framed}, nil
		}
	}
}

func (o out) Release()            { o.lent, o.releases = false, o.releases+1 }
func (o out) Ready() bool         { return len(o.pieces) > 0 }
func (o out) PeerClosed() bool    { return o.closed }
func (o out) PeerEnded(err error) { o.ended = err }

// looped returns a Ring that receives what it sends.
func looped(maxMessage uint64) (*Ring, *fakeRing) {
	f := &fakeRing{maxPiece: 10, stop: errStopped}
	r := NewRing(RingConfig{Sender: f, Receiver: out{f}, MaxMessage: maxMessage, Free: func() error { return nil }})
	r.hangUp = func() error { return nil }
	return r, f
}

var testMessages = []frame.Message{
	{},
	{Body: []byte("0123456789")},
	{Body: []byte("longer than one piece, and than two")},
	{Parts: [][]byte{{}}},
	{Body: []byte("b"), Parts: [][]byte{[]byte("a part longer than one piece"), {}, []byte("p")}},
	{Body: []byte("a body longer than one piece"), Parts: [][]byte{nil, nil}},
}

func joined(m frame.Message) []byte {
	return append(bytes.Clone(m.Body), bytes.Join(m.Parts, nil)...)
}

func TestEveryMessageIsReceivedInEveryWay(t *testing.T) {
	ctx := context.Background()
	for i, m := range testMessages {
		r, f := looped(1000)
		for range 4 {
			must(t, r.SendMessage(ctx, m))
		}
		if got, err := r.Recv(ctx, nil); err != nil || !bytes.Equal(got, joined(m)) {
			t.Errorf("message %d: Recv returned %q, %v; want %q", i, got, err, joined(m))
		}
		got, err := r.RecvMessage(ctx)
		if err != nil || !bytes.Equal(got.Body, m.Body) || len(got.Parts) != len(m.Parts) || !bytes.Equal(joined(got), joined(m)) {
			t.Errorf("message %d: RecvMessage returned %q, %v; want %q", i, got, err, m)
		}
		must(t, r.Begin(ctx))
		for b := []byte(nil); ; {
			one := make([]byte, 1)
			n, err := r.Read(ctx, one)
			if b = append(b, one[:n]...); err == io.EOF {
				if !bytes.Equal(b, joined(m)) {
					t.Errorf("message %d: Read returned %q, want %q", i, b, joined(m))
				}
				break
			}
			must(t, err)
		}
		must(t, r.Begin(ctx)) // the last one, which nobody reads
		must(t, r.Send(ctx, []byte("next")))
		if got, err := r.Recv(ctx, nil); err != nil || string(got) != "next" {
			t.Errorf("behind message %d: %q, %v", i, got, err)
		}
		if f.lent {
			t.Errorf("message %d: a piece is lent in the end", i)
		}
	}
}

func TestSendFromIsOnePartBehindAnEmptyBody(t *testing.T) {
	r, _ := looped(1000)
	must(t, r.SendFrom(context.Background(), bytes.NewReader(pattern(33, 1)), 33))
	m, err := r.RecvMessage(context.Background())
	if err != nil || len(m.Body) != 0 || len(m.Parts) != 1 || !bytes.Equal(m.Parts[0], pattern(33, 1)) {
		t.Errorf("got %q, %v", m, err)
	}
}

func TestAReceiptThatItsContextEndsContinuesWithTheNextCall(t *testing.T) {
	for _, framed := range []bool{false, true} {
		r, f := looped(1000)
		m := frame.Message{Body: pattern(35, 3)}
		if framed {
			m.Parts = [][]byte{pattern(20, 4)}
		}
		must(t, r.SendMessage(context.Background(), m))
		all := f.pieces
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f.stop = ctx.Err()
		for i := range all { // one more piece each time
			f.pieces = all[i:min(i+1, len(all)-1)]
			if _, err := r.Recv(ctx, nil); err != context.Canceled {
				t.Fatalf("after %d pieces: got %v, want context.Canceled", i, err)
			}
		}
		f.pieces = all[len(all)-1:]
		if got, err := r.Recv(context.Background(), nil); err != nil || !bytes.Equal(got, joined(m)) {
			t.Errorf("got %q, %v; want %q", got, err, joined(m))
		}
	}
}

func TestAMessageThatItsSenderGaveUpNeverWas(t *testing.T) {
	r, f := looped(1000)
	f.pieces = []piece{{body: []byte("half"), more: true}, {body: []byte("whole")}}
	if got, err := r.Recv(context.Background(), nil); err != nil || string(got) != "whole" {
		t.Errorf("got %q, %v", got, err)
	}
	f.pieces = []piece{{body: []byte("half"), more: true}, {body: []byte("whole")}}
	must(t, r.Begin(context.Background()))
	b := make([]byte, 100)
	if n, err := r.Read(context.Background(), b); err != nil || string(b[:n]) != "half" {
		t.Errorf("got %q, %v", b[:n], err)
	}
	if _, err := r.Read(context.Background(), b); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v, want io.ErrUnexpectedEOF", err)
	}
}

func TestWhatNoCorrectPeerSendsIsFinal(t *testing.T) {
	length := func(v ...uint64) (b []byte) {
		for _, n := range v {
			b = binary.BigEndian.AppendUint64(b, n)
		}
		return b
	}
	for name, c := range map[string]struct {
		pieces []piece
		check  func(error) bool
	}{
		"a length beyond the message": {[]piece{{body: length(9), framed: true}}, isMalformed},
		"half a length":               {[]piece{{body: length(0)[:5], framed: true}}, isMalformed},
		"no length":                   {[]piece{{framed: true}}, isMalformed},
		"a record above the limit":    {[]piece{{body: make([]byte, 101)}}, isTooLarge},
		"pieces above the limit":      {[]piece{{body: make([]byte, 60), more: true}, {body: make([]byte, 60), continued: true}}, isTooLarge},
		"corruption":                  {nil, func(err error) bool { return err == errStopped }},
	} {
		for call, receive := range map[string]func(r *Ring) error{
			"Recv":        func(r *Ring) error { _, err := r.Recv(context.Background(), nil); return err },
			"RecvMessage": func(r *Ring) error { _, err := r.RecvMessage(context.Background()); return err },
		} {
			r, f := looped(100)
			f.pieces = append(c.pieces, piece{body: []byte("behind it")})
			if c.pieces == nil {
				f.pieces = nil
			}
			first := receive(r)
			f.pieces = append(f.pieces, piece{body: []byte("behind it")})
			if again := receive(r); !c.check(first) || again != first {
				t.Errorf("%s, %s: got %v, then %v", name, call, first, again)
			}
		}
	}
}

func isMalformed(err error) bool {
	var e *MalformedError
	return errors.As(err, &e) && errors.Is(err, frame.ErrMalformed)
}

func isTooLarge(err error) bool {
	var e *TooLargeError
	return errors.As(err, &e) && e.Size > e.Limit && e.Limit == 100
}

func TestASenderIsToldHowThePeerEnded(t *testing.T) {
	for closed, target := range map[bool]error{true: ErrPeerClosed, false: ErrPeerDied} {
		r, f := looped(100)
		f.closed = closed
		r.PeerEnded()
		if end := map[bool]error{true: io.EOF, false: ErrPeerDied}[closed]; f.ended != end || !f.closed {
			t.Errorf("the receiver was told %v, want %v; the sender closed: %v", f.ended, end, f.closed)
		}
		want(t, "Send", r.Send(context.Background(), nil), target)
		want(t, "SendMessage", r.SendMessage(context.Background(), frame.Message{Parts: [][]byte{nil}}), target)
		want(t, "SendFrom", r.SendFrom(context.Background(), bytes.NewReader(nil), 0), target)
		must(t, r.Shut())
		want(t, "Send after Close", r.Send(context.Background(), nil), ErrClosed)
	}
	r, _ := looped(100)
	must(t, r.CloseWrite())
	want(t, "Send after CloseWrite", r.Send(context.Background(), nil), ErrClosed)
}

func TestACallThatDoesNotWaitDecidesNothing(t *testing.T) {
	r, f := looped(100)
	var noWait context.Context
	if err := r.Begin(noWait); err != errStopped {
		t.Fatal(err)
	}
	f.pieces = []piece{{body: []byte("later")}}
	if got, err := r.Recv(context.Background(), nil); err != nil || string(got) != "later" {
		t.Errorf("got %q, %v", got, err)
	}
}
