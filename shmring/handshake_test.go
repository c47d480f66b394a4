package shmring

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/shm"
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
			h.errors <- err
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

// hello is what a correct client begins with.
func hello() []byte {
	g := greeting{version: handshakeVersion, kind: helloKind, road: ringRoad, largest: 1 << 20}
	return g.encode()
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
		"garbage":             {pattern(greetingSize, 4), ErrHandshake},
		"an HTTP request":     {append([]byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, greetingSize)...), ErrHandshake},
		"an older version":    {with(hello(), 8, 0, 0), ErrVersion},
		"a newer version":     {with(hello(), 8, 0, 2), ErrVersion},
		"another kind":        {with(hello(), 10, answerKind), ErrHandshake},
		"an unknown road":     {with(hello(), 11, 3), ErrHandshake},
		"a reason too long":   {with(hello(), 62, 0xff, 0xff), ErrHandshake},
		"no largest message":  {with(hello(), 24, make([]byte, 8)...), ErrHandshake},
		"half a greeting":     {hello()[:100], io.ErrUnexpectedEOF},
		"nothing":             {nil, io.ErrUnexpectedEOF},
		"no answer":           {hello(), io.ErrUnexpectedEOF},
		"garbage for answer":  {append(hello(), pattern(greetingSize, 5)...), ErrHandshake},
		"an answer too rich":  {append(hello(), with(with(hello(), 10, answerKind), 11, noRoad)...), ErrHandshake},
		"another hello again": {append(hello(), hello()...), ErrHandshake},
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
			offer := make([]byte, greetingSize)
			_, err := io.ReadFull(conn, offer)
			must(t, err)
			if offer[12] != refusedVersion || binary.BigEndian.Uint16(offer[8:]) != handshakeVersion {
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
	must(t, sock.Send(conn, hello(), f, f, f))
	want(t, "descriptors from a client", log.next(t), ErrHandshake)
	conn.Close()
}

// fakeListener answers every client's hello with what offer writes, and returns the last answer's road.
func fakeListener(t *testing.T, offer func(conn *net.UnixConn) error) (path string, answers chan greeting) {
	t.Helper()
	path = filepath.Join(memoryDir(t), "fake.sock")
	l, err := net.Listen("unix", path)
	must(t, err)
	answers = make(chan greeting, 10)
	var wg sync.WaitGroup
	wg.Add(1)
	t.Cleanup(func() { l.Close(); wg.Wait() })
	go func() {
		defer wg.Done()
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, greetingSize))
			if err := offer(conn.(*net.UnixConn)); err == nil {
				b := make([]byte, greetingSize)
				if _, err := io.ReadFull(conn, b); err == nil {
					if g, err := parseGreeting(b, answerKind); err == nil {
						answers <- g
					}
				}
			}
			conn.Close()
		}
	}()
	return path, answers
}

func offered(road uint8, capacity uint64) []byte {
	g := greeting{version: handshakeVersion, kind: offerKind, road: road, capacity: capacity, largest: 1 << 20}
	return g.encode()
}

func TestADialerRefusesAListenerThatDoesNotSpeakTheProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		offer  func(conn *net.UnixConn) error
		target error
	}{
		"garbage": {func(c *net.UnixConn) error { _, err := c.Write(pattern(greetingSize, 3)); return err }, ErrHandshake},
		"another version": {func(c *net.UnixConn) error {
			_, err := c.Write(with(offered(socketRoad, 0), 8, 0, 9))
			return err
		}, ErrVersion},
		"a hang-up": {func(c *net.UnixConn) error { return io.EOF }, io.ErrUnexpectedEOF},
		"half an offer": {func(c *net.UnixConn) error {
			c.Write(offered(socketRoad, 0)[:99])
			return io.EOF
		}, io.ErrUnexpectedEOF},
		"silence": {func(c *net.UnixConn) error { io.Copy(io.Discard, c); return io.EOF }, os.ErrDeadlineExceeded},
		"a refusal": {func(c *net.UnixConn) error { _, err := c.Write(with(offered(noRoad, 0), 12, 99)); return err },
			ErrHandshake},
		"another user": {func(c *net.UnixConn) error { _, err := c.Write(with(offered(noRoad, 0), 12, refusedUser)); return err },
			ErrPermission},
	} {
		before := descriptors(t)
		path, _ := fakeListener(t, c.offer)
		_, err := Dial(soon(t), "fake", WithSocket(path), WithHandshakeTimeout(100*time.Millisecond))
		want(t, name, err, c.target)
		want(t, name, err, ErrHandshake)
		eventually(t, name+": every descriptor but the listener's is closed", func() bool { return descriptors(t) <= before+2 })
	}
}

func TestADialerRefusesMemoryThatIsNotWhatItShouldBe(t *testing.T) {
	o := collect(nil)
	ro := ringOptions(&o, newDoorbell(), 8<<10)
	good, err := anonymous(ro)
	must(t, err)
	defer good.Close()
	named, _ := named(t, WithCapacity(8<<10))
	dir, err := os.Open(t.TempDir())
	must(t, err)
	defer dir.Close()
	empty, err := shm.Memfd("zeros", 8<<10, func([]byte) error { return nil })
	must(t, err)
	defer empty.Unmap()
	mpsc, err := Anonymous(WithKind(MPSC), WithCapacity(8<<10))
	must(t, err)
	defer mpsc.Close()

	for name, c := range map[string]struct {
		files  []*os.File
		target error
	}{
		"no descriptors":  {nil, ErrHandshake},
		"one descriptor":  {[]*os.File{good.File()}, ErrHandshake},
		"a directory":     {[]*os.File{good.File(), dir}, ErrNotSegment},
		"no seals":        {[]*os.File{named.File(), good.File()}, ErrPermission},
		"no header":       {[]*os.File{good.File(), empty.File()}, ErrNotSegment},
		"another kind":    {[]*os.File{good.File(), mpsc.File()}, ErrKind},
		"one ring, twice": {[]*os.File{good.File(), good.File()}, nil},
	} {
		before := descriptors(t)
		path, answers := fakeListener(t, func(conn *net.UnixConn) error {
			return sock.Send(conn, offered(ringRoad, 8<<10), c.files...)
		})
		conn, err := Dial(soon(t), "fake", WithSocket(path))
		must(t, err)
		if c.target != nil {
			if tr := conn.Transport(); tr.Road != RoadSocket || !errors.Is(tr.Err, c.target) {
				t.Errorf("%s: got %+v, want the socket because of %v", name, tr, c.target)
			}
			if a := <-answers; a.road != socketRoad || a.reason == "" {
				t.Errorf("%s: the listener was told road %d because of %q", name, a.road, a.reason)
			}
		}
		must(t, conn.Close())
		eventually(t, name+": every descriptor but the listener's is closed", func() bool { return descriptors(t) <= before+2 })
	}
	path, _ := fakeListener(t, func(conn *net.UnixConn) error {
		return sock.Send(conn, offered(ringRoad, 16<<10), good.File(), good.File())
	})
	conn, err := Dial(soon(t), "fake", WithSocket(path))
	must(t, err)
	want(t, "another size than offered", conn.Transport().Err, ErrHandshake)
	must(t, conn.Close())
	path, _ = fakeListener(t, func(conn *net.UnixConn) error {
		return sock.Send(conn, offered(ringRoad, 8<<10), good.File(), good.File(), good.File(), good.File(), good.File())
	})
	_, err = Dial(soon(t), "fake", WithSocket(path))
	want(t, "too many descriptors", err, ErrHandshake)
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
	peer := Peer{PID: 17, UID: 1234, Known: true}
	err := judgePeer(peer, 1000, false)
	var e *CredentialsError
	if !errors.As(err, &e) || e.UID != 1234 || e.Want != 1000 || e.PID != 17 || !errors.Is(err, ErrPermission) {
		t.Errorf("got %v, want CredentialsError", err)
	}
	for _, c := range []struct {
		uid, self uint32
		foreign   bool
	}{{0, 1000, false}, {1000, 1000, false}, {1234, 1000, true}} {
		if err := judgePeer(Peer{UID: c.uid, Known: true}, c.self, c.foreign); err != nil {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestTheHandshakeSharesTheSmallerMaximumAndTheWishedCapacity(t *testing.T) {
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
	if r, ok := c.line.(*ringLine); ok && r.tx.capacity != 64<<10 {
		t.Errorf("the ring has %d bytes, want the wish of 64 KiB", r.tx.capacity)
	}
}

func TestDialWithoutAListenerSaysSo(t *testing.T) {
	_, err := Dial(soon(t), "nobody", WithDir(t.TempDir()))
	want(t, "Dial", err, fs.ErrNotExist)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Dial(ctx, "nobody", WithDir(t.TempDir()))
	want(t, "Dial", err, context.Canceled)
	path, _ := fakeListener(t, func(c *net.UnixConn) error { io.Copy(io.Discard, c); return io.EOF })
	ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = Dial(ctx, "fake", WithSocket(path))
	want(t, "Dial to a listener that hangs", err, context.DeadlineExceeded)
}

func FuzzParseGreeting(f *testing.F) {
	f.Add(hello(), uint8(helloKind))
	f.Add(offered(ringRoad, 1<<20), uint8(offerKind))
	f.Add([]byte(nil), uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		g, err := parseGreeting(b, kind)
		if err != nil {
			if !errors.Is(err, ErrHandshake) && !errors.Is(err, ErrVersion) {
				t.Errorf("an error that is neither ErrHandshake nor ErrVersion: %v", err)
			}
			return
		}
		again, err := parseGreeting(g.encode(), kind)
		if err != nil || again.road != g.road || again.capacity != g.capacity || again.largest != g.largest || again.schema != g.schema {
			t.Errorf("got %+v, %v after encoding %+v", again, err, g)
		}
	})
}
