package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

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

// sends is what a Conn's Send does: whoever sends holds the lock.
func sends(ctx context.Context, s *Socket, body []byte) error {
	if err := s.sending.Lock(ctx); err != nil {
		return &WaitError{Op: "send", Err: err}
	}
	defer s.sending.Unlock()
	return s.Send(ctx, body)
}

// sendsFrom is the same for SendFrom.
func sendsFrom(ctx context.Context, s *Socket, src io.Reader, size int64) error {
	if err := s.sending.Lock(ctx); err != nil {
		return &WaitError{Op: "send", Err: err}
	}
	defer s.sending.Unlock()
	return s.SendFrom(ctx, src, size)
}

// closes ends a transport as its Conn does.
func closes(t *testing.T, s Transport) {
	t.Helper()
	must(t, s.Shut())
	must(t, s.Release())
}
