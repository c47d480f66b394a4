package shmring

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestASecondListenerIsTurnedAway(t *testing.T) {
	for _, socket := range []string{"", "@shmring-test-listener", "127.0.0.1:0"} {
		dir := WithDir(memoryDir(t))
		l, err := Listen("meet", dir, WithSocket(socket))
		must(t, err)
		if l.Addr().Network() == "tcp" {
			socket = l.Addr().String()
		}
		_, err = Listen("meet", dir, WithSocket(socket))
		want(t, "a second listener at "+l.Addr().String(), err, ErrBusy)
		want(t, "a second listener at "+l.Addr().String(), err, fs.ErrExist)
		must(t, l.Close())
		must(t, l.Close())
		l, err = Listen("meet", dir, WithSocket(socket))
		must(t, err)
		must(t, l.Close())
	}
}

func TestAListenerLeavesNoFileBehind(t *testing.T) {
	dir := memoryDir(t)
	l, err := Listen("meet", WithDir(dir))
	must(t, err)
	info, err := os.Stat(filepath.Join(dir, "meet.sock"))
	if err != nil || info.Mode().Perm() != 0o600 || info.Mode()&fs.ModeSocket == 0 {
		t.Errorf("the socket has mode %v, %v; want 0600", info.Mode(), err)
	}
	must(t, l.Close())
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAListenerWhoseFilesWereRemovedLeavesItsSuccessorsAlone(t *testing.T) {
	dir := memoryDir(t)
	files := func() []os.DirEntry {
		t.Helper()
		entries, err := os.ReadDir(dir)
		must(t, err)
		return entries
	}
	first, err := Listen("meet", WithDir(dir))
	must(t, err)
	for _, e := range files() {
		must(t, os.Remove(filepath.Join(dir, e.Name())))
	}
	second, err := Listen("meet", WithDir(dir))
	must(t, err)
	must(t, first.Close())
	c, err := Dial(soon(t), "meet", WithDir(dir))
	must(t, err)
	must(t, c.Close())
	_, err = Listen("meet", WithDir(dir))
	want(t, "a third", err, ErrBusy)
	must(t, second.Close())
	if left := files(); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAStaleSocketIsTakenOverByExactlyOneListener(t *testing.T) {
	path := filepath.Join(memoryDir(t), "meet.sock")
	stale, err := net.Listen("unix", path)
	must(t, err)
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	must(t, stale.Close())
	var won atomic.Int32
	var wg sync.WaitGroup
	listeners := make([]*Listener, 16)
	for i := range listeners {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l, err := Listen("meet", WithSocket(path))
			switch {
			case err == nil:
				won.Add(1)
				listeners[i] = l
			case !errors.Is(err, ErrBusy):
				t.Errorf("got %v, want ErrBusy", err)
			}
		}()
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d listeners took the socket over, want 1", won.Load())
	}
	for _, l := range listeners {
		if l != nil {
			must(t, l.Close())
		}
	}
}

func TestALivingSocketOfAnotherProgramIsLeftAlone(t *testing.T) {
	path := filepath.Join(memoryDir(t), "meet.sock")
	other, err := net.Listen("unix", path)
	must(t, err)
	defer other.Close()
	_, err = Listen("meet", WithSocket(path))
	want(t, "Listen", err, ErrBusy)
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the other program's socket is gone: %v", err)
	}
}

func TestAFileThatIsNoSocketIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meet.sock")
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	_, err := Listen("meet", WithSocket(path))
	want(t, "Listen", err, fs.ErrExist)
	if b, err := os.ReadFile(path); err != nil || string(b) != "precious" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

func TestCloseEndsAccept(t *testing.T) {
	l, err := Listen("meet", WithDir(memoryDir(t)))
	must(t, err)
	ended := make(chan error, 2)
	go func() { _, err := l.Accept(); ended <- err }()
	go func() { _, err := l.AcceptConn(context.Background()); ended <- err }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err = l.AcceptConn(ctx)
	want(t, "AcceptConn with a context", err, context.DeadlineExceeded)
	must(t, l.Close())
	for range 2 {
		want(t, "a blocked call", <-ended, ErrClosed)
	}
}

func TestConnectionsThatNobodyAcceptedEndWithTheListener(t *testing.T) {
	dir := WithDir(memoryDir(t))
	l, err := Listen("meet", dir)
	must(t, err)
	c, err := Dial(soon(t), "meet", dir)
	must(t, err)
	defer c.Close()
	must(t, l.Close())
	if _, err := c.Recv(soon(t), nil); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the connection", err)
	}
}

func TestAddressesAndOptionsThatCannotBeAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		name   string
		opts   []Option
		target error
	}{
		"a bad name":        {"no/slash", nil, ErrName},
		"a long path":       {"meet", []Option{WithSocket("/tmp/" + string(make([]byte, 200)))}, ErrName},
		"no largest":        {"meet", []Option{WithMaxMessage(0)}, ErrOption},
		"no time":           {"meet", []Option{WithHandshakeTimeout(0)}, ErrOption},
		"an empty ring":     {"meet", []Option{WithCapacity(-1)}, ErrOption},
		"a record too long": {"meet", []Option{WithCapacity(4096), WithMaxRecord(5000)}, ErrOption},
	} {
		_, err := Listen(c.name, c.opts...)
		want(t, name+", Listen", err, c.target)
		_, err = Dial(soon(t), c.name, c.opts...)
		want(t, name+", Dial", err, c.target)
	}
}

func TestAClosedConnectionLeavesNothingBehind(t *testing.T) {
	for name, connect := range transports {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			files, routines := descriptors(t), runtime.NumGoroutine()
			for range 20 {
				a, b := connect(t)
				must(t, a.Send(soon(t), pattern(100, 1)))
				r, err := b.RecvStream(soon(t)) // a piece is lent when Close comes
				must(t, err)
				_, err = r.Read(make([]byte, 10))
				must(t, err)
				must(t, a.Close())
				must(t, b.Close())
			}
			eventually(t, "descriptors and goroutines are back", func() bool {
				return descriptors(t) <= files && runtime.NumGoroutine() <= routines
			})
		})
	}
}
