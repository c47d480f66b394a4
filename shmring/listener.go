package shmring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// Listener waits for connections. It is a net.Listener, and safe for concurrent use.
type Listener struct {
	o     options
	raw   net.Listener
	lock  *sock.Lock  // of the socket file; nil without one
	path  string      // of the socket file, absolute
	file  fs.FileInfo // the socket file as it was made; nil without one
	ready chan *Conn
	done  context.Context // ends with Close
	close context.CancelFunc
	work  sync.WaitGroup // the accepting goroutine and the handshakes
	once  sync.Once
	err   error // of Close
}

// maxHandshakes bounds those under way and connections that nobody has accepted yet. Further clients wait
// in the system's queue.
const maxHandshakes = 256

// Listen makes this process the one that Dial finds under name, which is as for [Create]. The socket lies
// beside the segments, as <name>.sock with the permissions of WithMode, or where WithSocket says: a path, a
// name in Linux's abstract space ("@name"), or host:port, whose connections always use the socket and
// which any host that reaches it may connect to. A socket file that a dead listener left behind is taken
// over; a living one's is not.
//
// Each client is asked who it is: it must belong to this user or to root (WithForeignOwner). Handshakes run
// on their own, so that a client that hangs keeps nobody waiting; those that fail are logged (WithLogger,
// attribute "error", a [HandshakeError]) and not returned by Accept.
//
// Options: WithSocket, WithSocketOnly, WithDir, WithMode, WithForeignOwner, WithHandshakeTimeout,
// WithMaxMessage, WithCapacity, WithMaxRecord, WithChecksum, WithSchema, WithPrefault, WithHugePages, WithWait,
// WithLogger.
//
// Errors: [AddressError], which is also ErrBusy and fs.ErrExist, where somebody listens already; [NameError], [OptionError],
// fs.ErrExist for a file that is no socket.
func Listen(name string, opts ...Option) (*Listener, error) {
	o, err := collect(&callListen, opts)
	if err != nil {
		return nil, err
	}
	at, err := resolveAddress(name, &o)
	if err != nil {
		return nil, err
	}
	l := &Listener{o: o, ready: make(chan *Conn)}
	if at.file != "" {
		err = l.bind(at)
	} else if l.raw, err = net.Listen(at.network, at.text); errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w: %w", &AddressError{Address: at.text}, err)
	}
	if err != nil {
		return nil, err
	}
	l.done, l.close = context.WithCancel(context.Background())
	l.work.Add(1)
	go l.acceptLoop()
	return l, nil
}

// AddressError says that somebody listens at an address already. It unwraps to [ErrBusy] and fs.ErrExist.
type AddressError struct{ Address string }

func (e *AddressError) Error() string {
	return fmt.Sprintf("shmring: a living process listens at %s", e.Address)
}

// Unwrap returns ErrBusy and fs.ErrExist.
func (e *AddressError) Unwrap() []error { return []error{ErrBusy, fs.ErrExist} }

// bind makes the socket file. The lock beside it keeps other listeners away, so that nobody takes a file
// for stale that has just been made; what lies there under our lock is stale, unless a program without our
// locks listens, which a connection finds out.
func (l *Listener) bind(at address) (err error) {
	if l.lock, err = sock.NewLock(at.lockPath()); errors.Is(err, sock.ErrLocked) {
		return &AddressError{Address: at.text}
	} else if err != nil {
		return fmt.Errorf("shmring: listen at %s: %w", at.text, err)
	}
	defer func() {
		if err != nil {
			if l.raw != nil {
				err = errors.Join(err, l.raw.Close())
			}
			err = errors.Join(err, l.lock.Release())
		}
	}()
	if err := removeStale(at.text); err != nil {
		return err
	}
	if l.raw, err = net.Listen("unix", at.text); err != nil {
		return fmt.Errorf("shmring: %w", err)
	}
	if err := os.Chmod(at.file, l.o.mode); err != nil {
		return fmt.Errorf("shmring: %w", err)
	}
	l.path = at.file
	if l.file, err = os.Lstat(at.file); err != nil {
		return fmt.Errorf("shmring: %w", err)
	}
	l.raw.(*net.UnixListener).SetUnlinkOnClose(false) // Close does that, if the file is ours by then
	return nil
}

// removeStale removes a socket file at which nobody listens.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("shmring: %w", err)
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("shmring: listen at %s: %w and is no socket", path, fs.ErrExist)
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		return errors.Join(&AddressError{Address: path}, conn.Close())
	} else if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("shmring: is the socket stale? %w", err)
	}
	if now, err := os.Lstat(path); err != nil {
		return fmt.Errorf("shmring: %w", err)
	} else if !os.SameFile(now, info) { // by a program that does not know our locks
		return &AddressError{Address: path}
	}
	return os.Remove(path)
}

// welcome accepts clients and starts their handshakes.
func (l *Listener) acceptLoop() {
	defer l.work.Done()
	places := make(chan struct{}, maxHandshakes)
	for failures := 0; ; {
		select {
		case places <- struct{}{}:
		case <-l.done.Done():
			return
		}
		conn, err := l.raw.Accept()
		if err == nil {
			failures = 0
			l.work.Add(1)
			go func() {
				defer l.work.Done()
				defer func() { <-places }()
				l.serve(conn)
			}()
			continue
		}
		<-places
		if l.done.Err() != nil {
			return
		}
		// Out of descriptors, most likely: that passes.
		l.o.logger.Warn("shmring: accept", "error", err)
		failures = min(failures+1, 100)
		select {
		case <-time.After(time.Duration(failures) * 10 * time.Millisecond):
		case <-l.done.Done():
			return
		}
	}
}

// greet runs one handshake and waits for somebody to accept the connection.
func (l *Listener) serve(conn net.Conn) {
	c, err := agree(l.done, handshake.Server, conn, l.Addr(), &l.o)
	if err != nil {
		if l.done.Err() == nil {
			l.o.logger.Warn("shmring: a client was turned away", "error", err)
		}
		return
	}
	select {
	case l.ready <- c:
	case <-l.done.Done():
		c.Close()
	}
}

// AcceptConn waits for the next connection, until ctx ends. ErrClosed after Close.
func (l *Listener) AcceptConn(ctx context.Context) (*Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.done.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, &WaitError{Op: "accept", Err: ctx.Err()}
	}
}

// Accept waits for the next connection and returns it as a byte stream: see [Conn.NetConn]. After Close
// it returns a net.OpError that is ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptConn(context.Background())
	if err != nil {
		return nil, &net.OpError{Op: "accept", Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
	}
	return c.NetConn(), nil
}

// Addr returns the address that Dial connects to: a *net.UnixAddr or *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return l.raw.Addr() }

// Close stops listening, removes the socket file, ends handshakes under way and closes connections that
// nobody has accepted. Accept and AcceptConn return. Connections that were accepted stay.
func (l *Listener) Close() error {
	l.once.Do(func() {
		l.close()
		l.err = errors.Join(l.unlink(), l.raw.Close())
		l.work.Wait()
		if l.lock != nil {
			l.err = errors.Join(l.err, l.lock.Release())
		}
	})
	return l.err
}

// unlink removes the socket file, but not one that somebody else has put in its place.
func (l *Listener) unlink() error {
	if now, err := os.Lstat(l.path); l.file == nil || err != nil || !os.SameFile(now, l.file) {
		return nil
	}
	return os.Remove(l.path)
}
