package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"testing"
	"testing/iotest"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/transport"
)

func TestAMalformedMessageEndsTheReceivingForGood(t *testing.T) {
	for name, recv := range map[string]func(*Conn) error{
		"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
		"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
	} {
		t.Run(name, func(t *testing.T) {
			client, server := transports["heap"](t)
			must(t, client.rings.tx.SendRecord(soon(t), Record{Type: framed, Payload: []byte("no lengths")}))
			must(t, client.Send(soon(t), []byte("behind it")))
			want(t, "the malformed message", recv(server), ErrCorrupt)
			want(t, "what comes behind it", recv(server), ErrCorrupt)
		})
	}
}

func TestAPeerThatExceedsTheMaximumIsFoundOut(t *testing.T) {
	calls := map[string]func(*Conn) error{
		"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
		"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
	}
	for _, size := range []int{101, 107, 108, 109, 4000} {
		for name, recv := range calls {
			for _, kind := range []string{"ring", "heap"} {
				client, server := transports[kind](t, WithMaxMessage(100))
				must(t, client.send(soon(t), make([]byte, size)))
				want(t, name+" over the "+kind, recv(server), ErrTooLarge)
			}
			server, far := hostileSocket(t)
			client := overSocket(t, far, 1<<20)
			must(t, client.Send(soon(t), make([]byte, 900+size)))
			want(t, name+" over the socket", recv(server), ErrTooLarge)
		}
	}
}

func TestASourceThatFailsEndsASocketConnection(t *testing.T) {
	for name, failure := range map[string]error{"an error": errors.New("disk"), "its own deadline": os.ErrDeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			client, server := transports["socket"](t)
			src := io.MultiReader(iotest.OneByteReader(io.LimitReader(endless{}, 100)), iotest.ErrReader(failure))
			want(t, "SendFrom", client.SendFrom(soon(t), src, 1<<20), failure)
			_, err := server.Recv(soon(t), nil)
			want(t, "the other end", err, ErrPeerDied)
		})
	}
}

// endless is a source of zeroes.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestASizeThatNoMessageCanHaveIsTooLarge(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		for _, size := range []int64{math.MaxInt64, math.MaxInt64 - 2*lengthSize + 1} {
			want(t, "SendFrom", client.SendFrom(soon(t), endless{}, size), ErrTooLarge)
		}
	})
}

func TestEmptyPiecesDoNotOutliveTheContext(t *testing.T) {
	client, server := transports["heap"](t)
	tx := client.rings.tx
	const pieces = 100
	must(t, tx.sendPiece(soon(t), []byte("x"), 0, layout.FlagMore))
	for range pieces {
		must(t, tx.sendPiece(soon(t), nil, 0, layout.FlagMore|layout.FlagContinued))
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := server.RecvStream(ctx)
	must(t, err)
	_, err = r.Read(make([]byte, 1))
	must(t, err)
	before := server.rings.rx.ring.Position()
	cancel()
	_, err = server.read(ctx, make([]byte, 1))
	want(t, "Read", err, context.Canceled)
	if took := (server.rings.rx.ring.Position() - before) / layout.WordSize; took > 2 {
		t.Errorf("read %d pieces after its context had ended", took)
	}
}

func TestAByteStreamReadsNoMoreThanOneEmptyMessageBehindItsBytes(t *testing.T) {
	client, server := transports["heap"](t)
	must(t, client.Send(soon(t), []byte("x")))
	for range 100 {
		must(t, client.Send(soon(t), nil))
	}
	b := make([]byte, 10)
	n, err := server.NetConn().Read(b)
	if err != nil || string(b[:n]) != "x" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	if left := client.rings.tx.ring.Position() - server.rings.rx.ring.Position(); left < 98*layout.WordSize {
		t.Errorf("%d bytes of empty messages are left, want those of 98 at least", left)
	}
	must(t, client.Send(soon(t), []byte("y")))
	if n, err = server.NetConn().Read(b); err != nil || string(b[:n]) != "y" {
		t.Errorf("behind the empty ones: got %q, %v", b[:n], err)
	}
}

func TestAByteStreamDoesNotGoOnBehindAHole(t *testing.T) {
	client, server := transports["heap"](t)
	tx := client.rings.tx
	must(t, tx.sendPiece(soon(t), []byte("half of "), 0, layout.FlagMore))
	must(t, client.Send(soon(t), []byte("the next")))
	b := make([]byte, 100)
	n, err := server.NetConn().Read(b)
	must(t, err)
	if string(b[:n]) != "half of " {
		t.Fatalf("got %q", b[:n])
	}
	for range 2 {
		n, err = server.NetConn().Read(b)
		want(t, "Read", err, io.ErrUnexpectedEOF)
		if n > 0 {
			t.Fatalf("got %q behind the hole", b[:n])
		}
	}
}

// hostileSocket returns a Conn over a socket whose other end does what it likes.
func hostileSocket(t *testing.T) (*Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", memoryDir(t)+"/s")
	must(t, err)
	defer l.Close()
	near, err := net.Dial("unix", l.Addr().String())
	must(t, err)
	far, err := l.Accept()
	must(t, err)
	t.Cleanup(func() { far.Close() })
	return overSocket(t, near, 1000), far
}

// overSocket returns a Conn with frames on a socket.
func overSocket(t *testing.T, socket net.Conn, maxMessage uint64) *Conn {
	c := newConn(Peer{PID: 17}, maxMessage, socket.LocalAddr(), socket.RemoteAddr())
	c.carry(transport.NewSocket(socket, c.limit, &c.sending))
	t.Cleanup(func() { c.Close() })
	return c
}

// closeNotification is what stands where a frame's total would.
const closeNotification = math.MaxUint64

func words(v ...uint64) (b []byte) {
	for _, w := range v {
		b = binary.BigEndian.AppendUint64(b, w)
	}
	return b
}

func TestWhatNoCorrectPeerSendsOnASocketIsAnErrorForGood(t *testing.T) {
	for name, c := range map[string]struct {
		bytes  []byte
		target error
	}{
		"a total of 0":                   {words(0), ErrCorrupt},
		"a total below a length":         {words(7), ErrCorrupt},
		"one byte above the maximum":     {words(1009), ErrTooLarge},
		"a total of 2^63":                {words(1 << 63), ErrTooLarge},
		"a total of 2^64-2":              {words(1<<64 - 2), ErrTooLarge},
		"a body beyond the frame":        {append(words(16, 9), make([]byte, 8)...), ErrCorrupt},
		"a part beyond the frame":        {words(16, 0, 1), ErrCorrupt},
		"half a length of a part":        {append(words(12, 0), 0, 0, 0, 0), ErrCorrupt},
		"an end inside a total":          {words(8)[:5], ErrPeerDied},
		"an end inside a body":           {append(words(18, 10), 1, 2, 3), ErrPeerDied},
		"an end between frames":          {words(8, 0), ErrPeerDied},
		"an end inside a notification":   {words(closeNotification)[:7], ErrPeerDied},
		"a close notification":           {words(closeNotification), io.EOF},
		"a message, then a notification": {words(8, 0, closeNotification), io.EOF},
	} {
		calls := map[string]func(c *Conn) error{
			"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
			"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
		}
		for call, receive := range calls {
			conn, peer := hostileSocket(t)
			_, err := peer.Write(c.bytes)
			must(t, err)
			must(t, peer.(*net.UnixConn).CloseWrite())
			for err = receive(conn); err == nil; {
				err = receive(conn)
			}
			want(t, name+", "+call, err, c.target)
			want(t, name+", "+call+" again", receive(conn), c.target)
			var died *PeerDiedError
			if errors.As(err, &died) && (died.PID != 17 || died.Role != RolePeer) {
				t.Errorf("%s: got %v, want the peer with its pid", name, err)
			}
		}
	}
}

func TestPartsThatContradictTheirRecordAreAnErrorForGood(t *testing.T) {
	for _, raw := range [][]byte{nil, words(5), words(0, 9), words(1 << 63), words(0)[:7]} {
		for _, whole := range []bool{true, false} {
			a, b := transports["heap"](t)
			must(t, a.rings.tx.sendPiece(soon(t), raw, framed, 0))
			must(t, a.Send(soon(t), []byte("behind it")))
			for range 2 {
				var err error
				if whole {
					_, err = b.Recv(soon(t), nil)
				} else {
					_, err = b.RecvMessage(soon(t))
				}
				want(t, fmt.Sprintf("a record of %d bytes", len(raw)), err, ErrCorrupt)
				want(t, "its cause", err, frame.ErrMalformed)
			}
		}
	}
}
