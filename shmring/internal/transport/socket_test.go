package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring/internal/calllock"
)

// patience is how long a test waits for what should happen at once before it calls that a hang.
const patience = 30 * time.Second

func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got error %v, want %v", what, err, target)
	}
}

// pattern returns n bytes that tell where they belong.
func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)*31 + byte(i>>8) + seed
	}
	return b
}

// sockets returns both ends of a socket.
func sockets(t *testing.T, network string) (near, far net.Conn) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(network, address)
	must(t, err)
	defer l.Close()
	near, err = net.Dial(network, l.Addr().String())
	must(t, err)
	far, err = l.Accept()
	must(t, err)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func overSocket(conn net.Conn) *Socket {
	m := new(calllock.Mutex)
	m.Init()
	return NewSocket(conn, 1<<24, m)
}

// pair returns two ends that are connected by a socket.
func pair(t *testing.T, network string) (a, b *Socket) {
	t.Helper()
	near, far := sockets(t, network)
	return overSocket(near), overSocket(far)
}

// closes ends a transport as its Conn does.
func closes(t *testing.T, s Transport) {
	t.Helper()
	must(t, s.Shut())
	must(t, s.Release())
}

const testSize = 50_000

// receivesAll receives so many messages and then the end.
func receivesAll(t *testing.T, s Transport, sent int) {
	t.Helper()
	var buf []byte
	var err error
	for i := range sent {
		if buf, err = s.Recv(soon(t), buf); err != nil || !bytes.Equal(buf, pattern(testSize, byte(i))) {
			t.Fatalf("message %d of %d: got %d bytes, %v", i, sent, len(buf), err)
		}
	}
	if _, err = s.Recv(soon(t), nil); err != io.EOF {
		t.Fatalf("the end: got %v, want io.EOF", err)
	}
}

// A TCP connection that is closed before everything was read is reset by the system, which forgets what it has
// still to send.
func TestCloseWithUnreadMessagesKeepsWhatWasSent(t *testing.T) {
	client, server := pair(t, "tcp")
	must(t, client.conn.(*net.TCPConn).SetWriteBuffer(1<<20))
	must(t, server.Send(soon(t), []byte("nobody reads this")))
	const sent = 5 // more than the peer's system takes from ours before somebody reads
	for i := range sent {
		must(t, client.Send(soon(t), pattern(testSize, byte(i))))
	}
	closes(t, client)
	receivesAll(t, server, sent)
}

func TestCloseWriteReachesAReaderThatIsSlow(t *testing.T) {
	client, server := pair(t, "unix")
	w := client.w // what it owes is nobody's but CloseWrite's to send
	sent := 0
	for w.Pending() == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if err := w.Write(ctx, frame.Message{Body: pattern(testSize, byte(sent))}); err == nil || w.Pending() > 0 {
			sent++
		}
		cancel()
		if sent > 1000 {
			t.Fatal("the socket never filled")
		}
	}
	must(t, client.CloseWrite())
	receivesAll(t, server, sent)
}
