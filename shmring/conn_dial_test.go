package shmring

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// fakeListener answers every request with what offer writes, and passes on their confirmations.
func fakeListener(t *testing.T, offer func(conn *net.UnixConn) error) (path string, answers chan handshake.Message) {
	t.Helper()
	path = filepath.Join(memoryDir(t), "fake.sock")
	l, err := net.Listen("unix", path)
	must(t, err)
	answers = make(chan handshake.Message, 10)
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
			io.ReadFull(conn, make([]byte, handshake.MessageSize))
			if err := offer(conn.(*net.UnixConn)); err == nil {
				b := make([]byte, handshake.MessageSize)
				if _, err := io.ReadFull(conn, b); err == nil {
					if g, err := handshake.Parse(b, handshake.Confirmation); err == nil {
						answers <- g
					}
				}
			}
			conn.Close()
		}
	}()
	return path, answers
}

func offered(t handshake.Transport, capacity uint64) []byte {
	m := handshake.Message{Version: handshake.Version, Kind: handshake.Reply, Transport: t, Capacity: capacity, MaxMessage: 1 << 20}
	return m.Encode()
}

func TestADialerRefusesAListenerThatDoesNotSpeakTheProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		offer  func(conn *net.UnixConn) error
		target error
	}{
		"garbage": {func(c *net.UnixConn) error { _, err := c.Write(pattern(handshake.MessageSize, 3)); return err }, ErrHandshake},
		"another version": {func(c *net.UnixConn) error {
			_, err := c.Write(with(offered(handshake.Socket, 0), 8, 0, 9))
			return err
		}, ErrVersion},
		"a hang-up": {func(c *net.UnixConn) error { return io.EOF }, io.ErrUnexpectedEOF},
		"half an offer": {func(c *net.UnixConn) error {
			c.Write(offered(handshake.Socket, 0)[:99])
			return io.EOF
		}, io.ErrUnexpectedEOF},
		"silence": {func(c *net.UnixConn) error { io.Copy(io.Discard, c); return io.EOF }, os.ErrDeadlineExceeded},
		"a refusal": {func(c *net.UnixConn) error { _, err := c.Write(with(offered(handshake.None, 0), 12, 99)); return err },
			ErrHandshake},
		"another user": {func(c *net.UnixConn) error {
			_, err := c.Write(with(offered(handshake.None, 0), 12, byte(handshake.RefusedUser)))
			return err
		},
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
	o, err := collect(&callDial, nil)
	must(t, err)
	ro := connOptions(&o, 8<<10)
	good, err := anonymous(ro, newLink())
	must(t, err)
	defer good.Close()
	named, _ := named(t, WithCapacity(8<<10))
	dir, err := os.Open(t.TempDir())
	must(t, err)
	defer dir.Close()
	empty, err := shm.Memfd("zeros", 8<<10, func([]byte) error { return nil })
	must(t, err)
	defer empty.Unmap()
	plain, err := os.CreateTemp(t.TempDir(), "plain")
	must(t, err)
	defer plain.Close()
	must(t, plain.Truncate(8<<10))
	mpsc, err := Anonymous(WithKind(MPSC), WithCapacity(8<<10))
	must(t, err)
	defer mpsc.Close()

	for name, c := range map[string]struct {
		files  []*os.File
		target error
	}{
		"no descriptors":      {nil, ErrHandshake},
		"one descriptor":      {[]*os.File{good.File()}, ErrHandshake},
		"a directory":         {[]*os.File{good.File(), dir}, ErrNotSegment},
		"no seals":            {[]*os.File{named.File(), good.File()}, ErrPermission},
		"no seals, no header": {[]*os.File{plain, good.File()}, ErrPermission}, // not a byte is looked at
		"no header":           {[]*os.File{good.File(), empty.File()}, ErrNotSegment},
		"another kind":        {[]*os.File{good.File(), mpsc.File()}, ErrKind},
		"one ring, twice":     {[]*os.File{good.File(), good.File()}, nil},
	} {
		before := descriptors(t)
		path, answers := fakeListener(t, func(conn *net.UnixConn) error {
			return sock.Send(conn, offered(handshake.Ring, 8<<10), c.files...)
		})
		conn, err := Dial(soon(t), "fake", WithSocket(path))
		must(t, err)
		if c.target != nil {
			if tr := conn.Transport(); tr.Kind != TransportSocket || !errors.Is(tr.Err, c.target) {
				t.Errorf("%s: got %+v, want the socket because of %v", name, tr, c.target)
			}
			if a := <-answers; a.Transport != handshake.Socket || a.Reason == "" {
				t.Errorf("%s: the listener was told transport %d because of %q", name, a.Transport, a.Reason)
			}
		}
		must(t, conn.Close())
		eventually(t, name+": every descriptor but the listener's is closed", func() bool { return descriptors(t) <= before+2 })
	}
	path, _ := fakeListener(t, func(conn *net.UnixConn) error {
		return sock.Send(conn, offered(handshake.Ring, 16<<10), good.File(), good.File())
	})
	conn, err := Dial(soon(t), "fake", WithSocket(path))
	must(t, err)
	want(t, "another size than offered", conn.Transport().Err, ErrHandshake)
	must(t, conn.Close())
	path, _ = fakeListener(t, func(conn *net.UnixConn) error {
		return sock.Send(conn, offered(handshake.Ring, 8<<10), good.File(), good.File(), good.File(), good.File(), good.File())
	})
	_, err = Dial(soon(t), "fake", WithSocket(path))
	want(t, "too many descriptors", err, ErrHandshake)
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
