package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// logged is a log handler that keeps the errors it is given.
type logged struct {
	slog.Handler
	errors chan error
}

func newLogged() *logged {
	return &logged{slog.DiscardHandler, make(chan error, 100)}
}

func (h *logged) Enabled(context.Context, slog.Level) bool { return true }

func (h *logged) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			select {
			case h.errors <- err:
			default: // enough for any test
			}
		}
		return true
	})
	return nil
}

func (h *logged) next(t *testing.T) error {
	t.Helper()
	select {
	case err := <-h.errors:
		return err
	case <-soon(t).Done():
		t.Fatal("nothing was logged")
	}
	return nil
}

// listening returns a listener's address and what it logs, and cares for nothing being left behind.
func listening(t *testing.T, opts ...Option) (*Listener, string, *logged) {
	t.Helper()
	before := descriptors(t)
	log := newLogged()
	path := filepath.Join(memoryDir(t), "meet.sock")
	l, err := Listen("meet", append(opts, WithSocket(path), WithLogger(slog.New(log)))...)
	must(t, err)
	t.Cleanup(func() {
		must(t, l.Close())
		eventually(t, "every descriptor is closed", func() bool { return descriptors(t) <= before })
	})
	return l, path, log
}

func descriptors(t testing.TB) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list descriptors")
	}
	return len(fds)
}

func client(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	c, err := net.Dial("unix", path)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c.(*net.UnixConn)
}

// request is what a correct client begins with.
func request() []byte {
	m := handshake.Message{Version: handshake.Version, Kind: handshake.Request, Transport: handshake.Ring, MaxMessage: 1 << 20}
	return m.Encode()
}

func with(b []byte, at int, v ...byte) []byte {
	copy(b[at:], v)
	return b
}

func TestAListenerTurnsAwayWhoDoesNotSpeakTheProtocol(t *testing.T) {
	l, path, log := listening(t)
	for name, c := range map[string]struct {
		bytes  []byte
		target error
	}{
		"garbage":              {pattern(handshake.MessageSize, 4), ErrHandshake},
		"an HTTP request":      {append([]byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, handshake.MessageSize)...), ErrHandshake},
		"an older version":     {with(request(), 8, 0, 0), ErrVersion},
		"a newer version":      {with(request(), 8, 0, 2), ErrVersion},
		"another kind":         {with(request(), 10, byte(handshake.Confirmation)), ErrHandshake},
		"an unknown transport": {with(request(), 11, 3), ErrHandshake},
		"a reason too long":    {with(request(), 62, 0xff, 0xff), ErrHandshake},
		"no largest message":   {with(request(), 24, make([]byte, 8)...), ErrHandshake},
		"half a request":       {request()[:100], io.ErrUnexpectedEOF},
		"nothing":              {nil, io.ErrUnexpectedEOF},
		"no answer":            {request(), io.ErrUnexpectedEOF},
		"garbage for answer":   {append(request(), pattern(handshake.MessageSize, 5)...), ErrHandshake},
		"an answer too rich":   {append(request(), with(with(request(), 10, byte(handshake.Confirmation)), 11, byte(handshake.None))...), ErrHandshake},
		"another request":      {append(request(), request()...), ErrHandshake},
	} {
		conn := client(t, path)
		_, err := conn.Write(c.bytes)
		must(t, err)
		must(t, conn.CloseWrite())
		err = log.next(t)
		want(t, name, err, c.target)
		var e *HandshakeError
		if !errors.As(err, &e) || !errors.Is(err, ErrHandshake) || e.Peer.PID != os.Getpid() {
			t.Errorf("%s: got %v, want a HandshakeError that names this process", name, err)
		}
		if c.target == ErrVersion {
			offer := make([]byte, handshake.MessageSize)
			_, err := io.ReadFull(conn, offer)
			must(t, err)
			if offer[12] != byte(handshake.RefusedVersion) || binary.BigEndian.Uint16(offer[8:]) != handshake.Version {
				t.Errorf("%s: the refusal is %d with version %d", name, offer[12], offer[9])
			}
		}
		conn.Close()
	}
	// It still serves others.
	c, err := Dial(soon(t), "meet", WithSocket(path))
	must(t, err)
	defer c.Close()
	s, err := l.AcceptConn(soon(t))
	must(t, err)
	must(t, s.Close())
}

func TestAClientThatHangsKeepsNobodyWaiting(t *testing.T) {
	l, path, log := listening(t, WithHandshakeTimeout(200*time.Millisecond))
	for range 20 {
		client(t, path)
	}
	c, err := Dial(soon(t), "meet", WithSocket(path))
	must(t, err)
	defer c.Close()
	s, err := l.AcceptConn(soon(t))
	must(t, err)
	defer s.Close()
	for range 20 {
		want(t, "a client that hangs", log.next(t), os.ErrDeadlineExceeded)
	}
}

func TestAClientThatBringsDescriptorsIsTurnedAway(t *testing.T) {
	_, path, log := listening(t)
	conn := client(t, path)
	f, err := os.Open("/dev/null")
	must(t, err)
	defer f.Close()
	must(t, sock.Send(conn, request(), f, f, f))
	want(t, "descriptors from a client", log.next(t), ErrHandshake)
	conn.Close()
}

func TestSchemasOfBothEndsMustAgree(t *testing.T) {
	_, path, log := listening(t, WithSchema(7))
	_, err := Dial(soon(t), "meet", WithSocket(path), WithSchema(8))
	var schema *SchemaError
	if !errors.As(err, &schema) || schema.Segment != 7 || schema.Want != 8 {
		t.Errorf("the dialer got %v, want SchemaError with 7 and 8", err)
	}
	if err := log.next(t); !errors.As(err, &schema) || schema.Segment != 8 || schema.Want != 7 {
		t.Errorf("the listener got %v, want SchemaError with 8 and 7", err)
	}
	c, err := Dial(soon(t), "meet", WithSocket(path), WithSchema(7))
	must(t, err)
	must(t, c.Close())
}

func TestAPeerOfAnotherUserIsRefused(t *testing.T) {
	err := handshakeCause(&handshake.CredentialsError{Peer: handshake.Peer{PID: 17, UID: 1234, Known: true}, Own: 1000})
	var e *CredentialsError
	if !errors.As(err, &e) || e.UID != 1234 || e.Want != 1000 || e.PID != 17 || !errors.Is(err, ErrPermission) {
		t.Errorf("got %v, want CredentialsError", err)
	}
}

func TestTheHandshakeSharesTheSmallerMaximumAndTheCapacityThatTheClientAskedFor(t *testing.T) {
	l, path, _ := listening(t, WithMaxMessage(5000))
	c, err := Dial(soon(t), "meet", WithSocket(path), WithMaxMessage(9000), WithCapacity(64<<10))
	must(t, err)
	defer c.Close()
	s, err := l.AcceptConn(soon(t))
	must(t, err)
	defer s.Close()
	if c.MaxMessage() != 5000 || s.MaxMessage() != 5000 {
		t.Errorf("maxima are %d and %d, want 5000", c.MaxMessage(), s.MaxMessage())
	}
	if r := c.rings; r != nil && r.tx.ring.Capacity() != 64<<10 {
		t.Errorf("the ring has %d bytes, want the 64 KiB that the client asked for", r.tx.ring.Capacity())
	}
}
