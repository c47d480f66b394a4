package shmring

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/layout"
)

func TestAMalformedMessageEndsTheReceivingForGood(t *testing.T) {
	for name, recv := range map[string]func(*Conn) error{
		"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
		"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
	} {
		t.Run(name, func(t *testing.T) {
			client, server := roads["heap"](t)
			must(t, client.carrier.(*ringTransport).tx.SendRecord(soon(t), Record{Type: framed, Payload: []byte("no lengths")}))
			must(t, client.Send(soon(t), []byte("behind it")))
			want(t, "the malformed message", recv(server), ErrCorrupt)
			want(t, "what comes behind it", recv(server), ErrCorrupt)
		})
	}
}

func TestAPeerThatExceedsTheMaximumIsFoundOut(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		for _, size := range []int{101, 107, 108, 109, 4000} {
			for name, recv := range map[string]func(*Conn) error{
				"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
				"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
			} {
				client, server := connect(WithMaxMessage(100))
				if line, ok := client.carrier.(*socketTransport); ok {
					line.w = newSocketTransport(line.conn, line.peer, 1<<20, line.sending).w
				}
				must(t, client.carrier.send(soon(t), make([]byte, size)))
				want(t, name, recv(server), ErrTooLarge)
			}
		}
	})
}

func TestASourceThatFailsEndsASocketConnection(t *testing.T) {
	for name, failure := range map[string]error{"an error": errors.New("disk"), "its own deadline": os.ErrDeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			client, server := roads["socket"](t)
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
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		for _, size := range []int64{math.MaxInt64, math.MaxInt64 - 2*lengthSize + 1} {
			want(t, "SendFrom", client.SendFrom(soon(t), endless{}, size), ErrTooLarge)
		}
	})
}

func TestCloseWriteReachesAReaderThatIsSlow(t *testing.T) {
	client, server := roads["socket"](t)
	w := client.carrier.(*socketTransport).w // what it owes is nobody's but CloseWrite's to send
	sent := 0
	for w.Pending() == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if err := w.Write(ctx, frame.Message{Body: make([]byte, 1<<20)}); err == nil || w.Pending() > 0 {
			sent++
		}
		cancel()
		if sent > 100 {
			t.Fatal("the socket never filled")
		}
	}
	must(t, client.CloseWrite())
	for i := range sent {
		if _, err := server.Recv(soon(t), nil); err != nil {
			t.Fatalf("message %d of %d: %v", i, sent, err)
		}
	}
	_, err := server.Recv(soon(t), nil)
	want(t, "the end", err, io.EOF)
}

func TestEmptyPiecesDoNotOutliveTheContext(t *testing.T) {
	client, server := roads["heap"](t)
	tx := client.carrier.(*ringTransport).tx
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
	before := server.carrier.(*ringTransport).rx.ring.Position()
	cancel()
	_, err = server.carrier.read(ctx, make([]byte, 1))
	want(t, "Read", err, context.Canceled)
	if took := (server.carrier.(*ringTransport).rx.ring.Position() - before) / layout.WordSize; took > 2 {
		t.Errorf("read %d pieces after its context had ended", took)
	}
}

func TestAByteStreamReadsNoMoreThanOneEmptyMessageBehindItsBytes(t *testing.T) {
	client, server := roads["heap"](t)
	must(t, client.Send(soon(t), []byte("x")))
	for range 100 {
		must(t, client.Send(soon(t), nil))
	}
	b := make([]byte, 10)
	n, err := server.NetConn().Read(b)
	if err != nil || string(b[:n]) != "x" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	if left := client.carrier.(*ringTransport).tx.ring.Position() - server.carrier.(*ringTransport).rx.ring.Position(); left < 98*layout.WordSize {
		t.Errorf("%d bytes of empty messages are left, want those of 98 at least", left)
	}
	must(t, client.Send(soon(t), []byte("y")))
	if n, err = server.NetConn().Read(b); err != nil || string(b[:n]) != "y" {
		t.Errorf("behind the empty ones: got %q, %v", b[:n], err)
	}
}

func TestAByteStreamDoesNotGoOnBehindAHole(t *testing.T) {
	client, server := roads["heap"](t)
	tx := client.carrier.(*ringTransport).tx
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
