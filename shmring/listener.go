package shmring

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"sync"
	"time"

	"github.com/shmring/ipc/shmring/internal/deadline"
	"github.com/shmring/ipc/shmring/internal/handshake"
	"github.com/shmring/ipc/shmring/internal/sock"
)

// Listener waits for connections. It is a net.Listener, and safe for concurrent use.
type Listener struct {
	o        options
	raw      net.Listener
	addr     net.Addr
	path     string      // of the socket file; empty without one
	lock     *sock.Lock  // of that file
	file     fs.FileInfo // that file as it was made
	admitted *handshake.Admission
	ready    chan *Conn
	accept   *deadline.Deadline // of Accept
	done     context.Context    // ends with Close
	close    context.CancelFunc
	work     sync.WaitGroup // the accepting goroutine and the handshakes
	once     sync.Once
	err      error // of Close
}

// maxPending bounds the handshakes under way and connections that nobody has accepted yet. Further clients wait in the
// system's queue. It exceeds what may be under way, so that new clients come in however many of those hang.
const maxPending = 2 * handshake.MaxHandshakes

// Listen makes this process the one that Dial finds under name, which is as for [Create]. The socket lies
// beside the segments, as <name>.sock with the permissions of WithMode, or where WithSocket says: a path, a
// name in Linux's abstract space ("@name"), or host:port, whose connections always use the socket and
// which any host that reaches it may connect to. A socket file that a dead listener left behind is taken
// over; a living one's is not.
//
// Each client must belong to this user or to root (WithForeignOwner). Clients that connect and say nothing keep nobody
// waiting: handshakes run beside each other, and where there are too many, the oldest ones of the process, or of the host,
// that has the most give way. Handshakes that fail are logged (WithLogger, attribute "error", a [HandshakeError]) and
// not returned by Accept.
//
// Options: WithSocket, WithSocketOnly, WithDir, WithMode, WithForeignOwner, WithHandshakeTimeout,
// WithMaxMessage, WithCapacity, WithMaxRecord, WithChecksum, WithSchema, WithPrefault, WithHugePages, WithWait,
// WithLogger.
//
// Errors: [AddressError], which is also ErrBusy, fs.ErrExist and syscall.EADDRINUSE, where somebody listens already;
// [NameError], [OptionError], fs.ErrExist for a file that is no socket, and the system's.
func Listen(name string, opts ...Option) (*Listener, error) {
	o, err := collect(&callListen, opts)
	if err != nil {
		return nil, err
	}
	at, err := resolveAddress(name, &o)
	if err != nil {
		return nil, err
	}
	l := &Listener{o: o, ready: make(chan *Conn), admitted: handshake.NewAdmission(), accept: deadline.New(nil)}
	if err := l.bind(at); err != nil {
		return nil, err
	}
	l.done, l.close = context.WithCancel(context.Background())
	l.work.Add(1)
	go l.acceptLoop()
	return l, nil
}

// acceptLoop accepts clients and starts their handshakes.
func (l *Listener) acceptLoop() {
	defer l.work.Done()
	pending := make(chan struct{}, maxPending)
	for failures := 0; ; {
		select {
		case pending <- struct{}{}:
		case <-l.done.Done():
			return
		}
		socket, err := l.raw.Accept()
		if err == nil {
			failures = 0
			ticket := l.admitted.Enter(l.done, socket)
			l.work.Go(func() {
				defer func() { <-pending }()
				l.serve(socket, ticket)
			})
			continue
		}
		<-pending
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

// errGaveWay is why a handshake ended that was the oldest of too many.
var errGaveWay = errors.New("the client did not finish its handshake, and gave way to newer clients")

// serve runs one handshake and waits for somebody to accept the connection.
func (l *Listener) serve(socket net.Conn, ticket *handshake.Ticket) {
	c, err := agree(l.done, handshake.Server, socket, l.Addr(), &l.o)
	if ticket.Leave() {
		if err == nil {
			c.Close() // its socket is closed
		}
		err = &HandshakeError{Address: l.addr.String(), Err: errGaveWay}
	}
	if err != nil {
		if l.done.Err() == nil {
			l.o.logger.Warn("shmring: refused a client", "error", err)
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

// Accept waits for the next connection and returns it as a byte stream: see [Conn.NetConn], which also says how to get
// the Conn, and so the [Peer], of what Accept returns. Its errors are *net.OpError: ErrClosed after Close, and
// os.ErrDeadlineExceeded after the time that SetDeadline has set.
func (l *Listener) Accept() (net.Conn, error) {
	ctx := l.accept.Current()
	err := ctx.Err()
	if err == nil {
		var c *Conn
		if c, err = l.AcceptConn(ctx); err == nil {
			return c.NetConn(), nil
		}
	}
	return nil, l.opError("accept", err)
}

// SetDeadline sets the time after which Accept returns os.ErrDeadlineExceeded, also a call that waits already; the zero
// time means never. It does not concern AcceptConn.
func (l *Listener) SetDeadline(t time.Time) error {
	if l.done.Err() != nil {
		return l.opError("set", ErrClosed)
	}
	l.accept.Set(t)
	return nil
}

// opError gives an error the form that users of package net expect.
func (l *Listener) opError(op string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.ErrDeadlineExceeded
	}
	return &net.OpError{Op: op, Net: l.addr.Network(), Addr: l.addr, Err: err}
}

// Addr returns the address that Dial connects to: a *net.UnixAddr or *net.TCPAddr.
func (l *Listener) Addr() net.Addr { return l.addr }

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
