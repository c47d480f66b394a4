package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
)

func TestCloseIsACleanEndForThePeer(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		must(t, client.Send(soon(t), []byte("last words")))
		must(t, client.Close())
		if got, err := server.Recv(soon(t), nil); err != nil || string(got) != "last words" {
			t.Errorf("got %q, %v; want what was sent before the end", got, err)
		}
		for range 2 {
			if _, err := server.Recv(soon(t), nil); err != io.EOF {
				t.Errorf("Recv at the end: got %v, want io.EOF", err)
			}
		}
		eventually(t, "a send to a closed peer fails", func() bool {
			err := server.Send(soon(t), []byte("anybody?"))
			if err != nil && !errors.Is(err, ErrPeerClosed) {
				t.Fatalf("Send to a closed peer: got %v, want ErrPeerClosed", err)
			}
			return err != nil
		})
	})
}

func TestCloseUnblocksEveryCallOfThisSide(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		calls := map[string]func() error{
			"Recv":        func() error { _, err := client.Recv(soon(t), nil); return err },
			"RecvMessage": func() error { _, err := client.RecvMessage(soon(t)); return err },
			"RecvStream":  func() error { _, err := client.RecvStream(soon(t)); return err },
			"Send": func() error {
				for {
					if err := client.Send(soon(t), make([]byte, 1<<20)); err != nil {
						return err
					}
				}
			},
			"SendFrom": func() error {
				for {
					if err := client.SendFrom(soon(t), &counted{1 << 20}, 1<<20); err != nil {
						return err
					}
				}
			},
		}
		ended := make(chan error, len(calls))
		for _, call := range calls {
			go func() { ended <- call() }()
		}
		time.Sleep(5 * time.Millisecond) // usually long enough for all to be blocked
		must(t, client.Close())
		for range calls {
			want(t, "a blocked call", <-ended, ErrClosed)
		}
		for name, call := range calls {
			want(t, name+" after Close", call(), ErrClosed)
		}
		want(t, "CloseWrite after Close", client.CloseWrite(), ErrClosed)
		must(t, client.Close())
	})
}

func TestOneDirectionEndsWithoutTheOther(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		must(t, client.Send(soon(t), []byte("question")))
		must(t, client.CloseWrite())
		must(t, client.CloseWrite())
		want(t, "Send after CloseWrite", client.Send(soon(t), nil), ErrClosed)
		if got, err := server.Recv(soon(t), nil); err != nil || string(got) != "question" {
			t.Fatalf("got %q, %v", got, err)
		}
		if _, err := server.Recv(soon(t), nil); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		must(t, server.Send(soon(t), []byte("answer")))
		if got, err := client.Recv(soon(t), nil); err != nil || string(got) != "answer" {
			t.Errorf("got %q, %v; want the answer", got, err)
		}
	})
}

func TestSendAndRecvAllocateNothing(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		ctx := context.Background()
		for _, size := range []int{64, 4096, 100_000} {
			payload, buf := pattern(size, 1), make([]byte, 0, size)
			allocs := testing.AllocsPerRun(100, func() {
				if err := client.Send(ctx, payload); err != nil {
					t.Fatal(err)
				}
				var err error
				if buf, err = server.Recv(ctx, buf); err != nil || len(buf) != size {
					t.Fatalf("got %d bytes, %v", len(buf), err)
				}
			})
			if allocs >= 1 {
				t.Errorf("%d bytes: %v allocations a message, want none", size, allocs)
			}
		}
	})
}

func TestCloseDoesNotWaitForASourceThatHangs(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		source, feed := io.Pipe()
		sent := make(chan error, 1)
		go func() { sent <- client.SendFrom(soon(t), source, 1<<20) }()
		_, err := feed.Write(make([]byte, 1000)) // SendFrom has begun to read
		must(t, err)
		must(t, client.Close())
		go feed.Write(make([]byte, 1<<20))
		want(t, "SendFrom", <-sent, ErrClosed)
	})
}

// impostor returns a Conn over a socket whose other end does what it likes.
func impostor(t *testing.T) (*Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("unix", memoryDir(t)+"/s")
	must(t, err)
	defer l.Close()
	near, err := net.Dial("unix", l.Addr().String())
	must(t, err)
	far, err := l.Accept()
	must(t, err)
	c := newConn(Peer{PID: 17}, 1000, near.LocalAddr(), near.RemoteAddr())
	c.run(newSocketTransport(near, c.peer, c.limit, &c.sending))
	t.Cleanup(func() { c.Close(); far.Close() })
	return c, far
}

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
		"a total of 0":                    {words(0), ErrCorrupt},
		"a total below a length":          {words(7), ErrCorrupt},
		"one byte above the maximum":      {words(1009), ErrTooLarge},
		"a total of 2^63":                 {words(1 << 63), ErrTooLarge},
		"a total of 2^64-2":               {words(1<<64 - 2), ErrTooLarge},
		"a body beyond the frame":         {append(words(16, 9), make([]byte, 8)...), ErrCorrupt},
		"a part beyond the frame":         {words(16, 0, 1), ErrCorrupt},
		"half a length of a part":         {append(words(12, 0), 0, 0, 0, 0), ErrCorrupt},
		"an end inside a total":           {words(8)[:5], ErrPeerDied},
		"an end inside a body":            {append(words(18, 10), 1, 2, 3), ErrPeerDied},
		"an end between frames":           {words(8, 0), ErrPeerDied},
		"an end inside a goodbye":         {words(closeNotice)[:7], ErrPeerDied},
		"a goodbye":                       {words(closeNotice), io.EOF},
		"a message, and then the goodbye": {words(8, 0, closeNotice), io.EOF},
	} {
		calls := map[string]func(c *Conn) error{
			"Recv":        func(c *Conn) error { _, err := c.Recv(soon(t), nil); return err },
			"RecvMessage": func(c *Conn) error { _, err := c.RecvMessage(soon(t)); return err },
		}
		for call, receive := range calls {
			conn, peer := impostor(t)
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
			a, b := roads["heap"](t)
			must(t, a.carrier.(*ringTransport).tx.sendPiece(soon(t), raw, framed, 0))
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
