package shmring

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/handshake"
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
		want(t, "a second listener at "+l.Addr().String(), err, syscall.EADDRINUSE)
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

func TestAListenerKnowsItsFilesAfterAChangeOfDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	l, err := Listen("meet", WithSocket("meet.sock"))
	must(t, err)
	t.Chdir(t.TempDir())
	must(t, l.Close())
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFailuresToListenSayWhoseTheyAreAndWhatNetSays(t *testing.T) {
	_, err := Listen("meet", WithSocket("no-such-host.invalid:1"))
	var dns *net.DNSError
	if !errors.As(err, &dns) || !strings.HasPrefix(err.Error(), "shmring: ") {
		t.Errorf("got %v", err)
	}
	_, err = Listen("meet", WithSocket(filepath.Join(t.TempDir(), "none", "s")))
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "shmring: ") {
		t.Errorf("got %v", err)
	}
}

func TestAcceptHasADeadline(t *testing.T) {
	dir := WithDir(memoryDir(t))
	l, err := Listen("meet", dir)
	must(t, err)
	var _ interface{ SetDeadline(time.Time) error } = l
	must(t, l.SetDeadline(time.Now().Add(20*time.Millisecond)))
	for range 2 { // waiting, and too late already
		_, err = l.Accept()
		var op *net.OpError
		if !errors.As(err, &op) || !op.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want a net.OpError that is os.ErrDeadlineExceeded", err)
		}
	}
	ended := make(chan error, 1)
	must(t, l.SetDeadline(time.Time{}))
	go func() { _, err := l.Accept(); ended <- err }()
	time.Sleep(time.Millisecond) // usually long enough for it to wait
	must(t, l.SetDeadline(time.Unix(1, 0)))
	want(t, "a waiting Accept", <-ended, os.ErrDeadlineExceeded)
	must(t, l.SetDeadline(time.Time{}))
	c, err := Dial(soon(t), "meet", dir)
	must(t, err)
	defer c.Close()
	s, err := l.Accept()
	must(t, err)
	must(t, s.Close())
	must(t, l.Close())
	var op *net.OpError
	if err := l.SetDeadline(time.Time{}); !errors.As(err, &op) || !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
}

func TestAnAcceptedNetConnLeadsToItsPeer(t *testing.T) {
	dir := WithDir(memoryDir(t))
	l, err := Listen("meet", dir)
	must(t, err)
	defer l.Close()
	c, err := Dial(soon(t), "meet", dir)
	must(t, err)
	defer c.Close()
	s, err := l.Accept()
	must(t, err)
	defer s.Close()
	got := s.(interface{ Conn() *Conn }).Conn().Peer()
	if want := (Peer{PID: os.Getpid(), UID: uint32(os.Geteuid()), Known: true}); got != want && runtime.GOOS == "linux" {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestClientsThatSayNothingKeepNobodyWaiting(t *testing.T) {
	for _, socket := range []string{"", "127.0.0.1:0"} {
		dir := WithDir(memoryDir(t))
		log := newLogged()
		l, err := Listen("meet", dir, WithSocket(socket), WithHandshakeTimeout(patience), WithLogger(slog.New(log)))
		must(t, err)
		at := WithSocket(l.Addr().String())
		for range 2 * handshake.MaxHandshakes {
			silent, err := net.Dial(l.Addr().Network(), l.Addr().String())
			must(t, err)
			defer silent.Close()
		}
		start := time.Now()
		for range 3 {
			c, err := Dial(soon(t), "meet", at)
			must(t, err)
			defer c.Close()
			s, err := l.AcceptConn(soon(t))
			must(t, err)
			defer s.Close()
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("three clients of %v waited %v", l.Addr(), took)
		}
		if err := log.next(t); !errors.Is(err, ErrHandshake) || !strings.Contains(err.Error(), "gave way") {
			t.Errorf("logged: %v", err)
		}
		must(t, l.Close())
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
