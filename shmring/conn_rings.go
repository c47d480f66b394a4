package shmring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/shm"
	"github.com/shmring/ipc/shmring/internal/transport"
)

// connRings are the two rings of a connection, as one end has them. The handshake creates or attaches them.
type connRings struct {
	options *options // of the connection
	link
	out, in *Segment
	tx      *Producer
	rx      *Consumer
	other   connPeer
}

// connOptions returns the options of a connection's segments from those of the connection.
func connOptions(o *options, capacity int64) options {
	return options{
		call: o.call, given: optKind | o.given&optMaxRecord, kind: SPSC, capacity: capacity, maxProducers: DefaultMaxProducers, mode: DefaultMode,
		maxRecord: o.maxRecord, schema: o.schema, wait: o.wait, checksum: o.checksum, prefault: o.prefault,
		hugePages: o.hugePages, foreign: o.foreign, logger: o.logger,
	}
}

// Create makes the memory, on the listener's side: see handshake.Memory.
func (r *connRings) Create(capacity uint64) (files []*os.File, actual uint64, err error) {
	r.link = newLink()
	o := connOptions(r.options, int64(capacity))
	if r.in, err = anonymous(o, r.link); err == nil {
		r.out, err = anonymous(o, r.link)
	}
	if err == nil {
		err = r.occupy()
	}
	if err != nil {
		return nil, 0, errors.Join(err, r.Close())
	}
	return []*os.File{r.in.File(), r.out.File()}, r.in.header.Capacity, nil
}

// Attach attaches the memory that a listener has sent: see handshake.Memory.
func (r *connRings) Attach(capacity uint64, files []*os.File) (err error) {
	if len(files) != 2 {
		return fmt.Errorf("%w: %d descriptors came with the reply that offers a ring, want 2 "+
			"(does this process have descriptors left? see ulimit -n)", ErrHandshake, len(files))
	}
	r.link = newLink()
	if r.out, err = r.open(files[0], capacity); err == nil {
		r.in, err = r.open(files[1], capacity)
	}
	if err == nil {
		err = r.occupy()
	}
	if err != nil {
		return errors.Join(err, r.Close())
	}
	return nil
}

// open attaches one segment whose size nobody can change any more.
func (r *connRings) open(f *os.File, capacity uint64) (*Segment, error) {
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: the descriptor leads to no file (mode %v)", ErrNotSegment, info.Mode())
	}
	s, err := fromFile(f, connOptions(r.options, 0), true, r.link)
	if err != nil {
		return nil, err
	}
	if s.header.Capacity != capacity {
		err = fmt.Errorf("%w: the ring has %d bytes, the reply said %d", ErrHandshake, s.header.Capacity, capacity)
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// occupy takes this end's slot of each ring.
func (r *connRings) occupy() (err error) {
	if r.tx, err = r.out.Producer(); err != nil {
		return err
	}
	if r.rx, err = r.in.Consumer(); err != nil {
		return err
	}
	r.rx.peer = &r.other
	return nil
}

// Close gives everything back. Only the first call does anything.
func (r *connRings) Close() (err error) {
	for _, s := range []*Segment{r.out, r.in} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

// newRing returns a transport over the rings, which gives them back in the end.
func (r *connRings) newRing(maxMessage uint64) *transport.Ring {
	return transport.NewRing(transport.RingConfig{
		Sender: connSender{r.tx}, Receiver: &connReceiver{rx: r.rx, rings: r}, MaxMessage: maxMessage, Free: r.Close,
	})
}

// lengthSize is the width of the lengths in a message, in bytes.
const lengthSize = transport.LengthSize

// framed is the type of a record, and of the first piece of a message, that holds a body and parts.
const framed = 1

// connSender is a transport.Sender.
type connSender struct{ tx *Producer }

func (s connSender) MaxPiece() int { return s.tx.pieceSize() }
func (s connSender) Close() error  { return s.tx.Close() }

func (s connSender) Send(ctx context.Context, body []byte) error {
	return s.tx.sendPieces(ctx, body, 0)
}

func (s connSender) SendFramed(ctx context.Context, m frame.Message, size int) error {
	return s.tx.sendFramed(ctx, m, size)
}

func (s connSender) SendFramedFrom(ctx context.Context, src io.Reader, size int64) error {
	return s.tx.sendFrom(ctx, src, size, framed)
}

// connReceiver is a transport.Receiver.
type connReceiver struct {
	rx     *Consumer
	stream Stream
	rings  *connRings
}

func (r *connReceiver) Begin(ctx context.Context) (transport.Piece, error) {
	err := r.stream.begin(ctx, r.rx)
	return transport.Piece{Bytes: r.stream.rest, More: r.stream.more, Framed: r.stream.typ == framed}, err
}

func (r *connReceiver) Next(ctx context.Context) (transport.Piece, error) {
	r.stream.rest = nil
	b, err := r.stream.peek(ctx)
	return transport.Piece{Bytes: b, More: r.stream.more}, err
}

func (r *connReceiver) Release() {
	r.stream.rest = nil
	r.rx.Release()
}

func (r *connReceiver) Ready() bool  { return ring.Finished(r.rx.ring.Header()) }
func (r *connReceiver) Close() error { return r.rx.Close() }

// PeerClosed looks at the peer's slot in the ring that it sends on: a peer that closes has taken it and given it up.
func (r *connReceiver) PeerClosed() bool {
	slots := &r.rings.in.slots
	generation, state := layout.SplitStatus(mem.Load(&slots.Table[slots.Producers.First].Status))
	return generation != 0 && state == layout.SlotFree
}

func (r *connReceiver) PeerEnded(err error) {
	r.rings.other.end.Store(&err)
	r.rings.peer.SetGone()
	r.rings.in.dataBell.WakeAll()
}

// connPeer is the other end of a connection, as the Consumer at this end sees it. That it has ended, only the kernel
// says, with the end of the socket: the shared memory may say anything.
type connPeer struct {
	end atomic.Pointer[error] // io.EOF or ErrPeerDied, once the socket has ended
	// The rest belongs to the Consumer's goroutine.
	noticed bool
	last    uint64 // position; what the peer has committed ends here or before
}

// ended returns how the peer has ended, or nil. The Consumer receives what the peer has committed until then, at most one
// lap of its ring, c; over says that it has. Somebody else may have the memory and go on writing.
func (p *connPeer) ended(c *ring.Consumer) (end error, over bool) {
	if p == nil || p.end.Load() == nil {
		return nil, false
	}
	if !p.noticed {
		p.noticed, p.last = true, c.Position()+c.Capacity()
	}
	return *p.end.Load(), c.Position() >= p.last
}

// SealError says that a descriptor came whose memory could still be truncated under us. It unwraps to
// [ErrPermission].
type SealError struct{ File string }

func (e *SealError) Error() string {
	return fmt.Sprintf("shmring: the memory behind %s is not sealed against shrinking and growing", e.File)
}

// Unwrap returns ErrPermission.
func (e *SealError) Unwrap() error { return ErrPermission }

// Pipe returns both ends of a connection inside this process, over rings in Go memory: for tests, which the
// race detector can follow, and for programs that talk to themselves as they talk to others.
//
// Options: WithMaxMessage, WithCapacity, WithMaxRecord, WithChecksum, WithWait, WithLogger.
func Pipe(opts ...Option) (*Conn, *Conn, error) {
	o, err := collect(&callPipe, opts)
	if err != nil {
		return nil, nil, err
	}
	a, b := newLink(), newLink()
	ab, ba, err := pipeRing(&o, a, b)
	if err != nil {
		return nil, nil, err
	}
	cd, dc, err := pipeRing(&o, b, a)
	if err != nil {
		return nil, nil, err
	}
	left, right := &connRings{link: a, out: ab, in: dc}, &connRings{link: b, out: cd, in: ba}
	if err := errors.Join(left.occupy(), right.occupy()); err != nil {
		return nil, nil, err
	}
	a.doorbell.OnNotify(b.doorbell.Wake)
	b.doorbell.OnNotify(a.doorbell.Wake)
	x, y := left.newRing(uint64(o.maxMessage)), right.newRing(uint64(o.maxMessage))
	transport.Join(x, y)
	return pipeEnd(x, left), pipeEnd(y, right), nil
}

// pipeRing returns one ring in Go memory as its producer's side and its consumer's have it.
func pipeRing(o *options, producer, consumer link) (out, in *Segment, err error) {
	ro := connOptions(o, o.capacity)
	if out, err = heapSegment(ro, producer); err != nil {
		return nil, nil, err
	}
	in, err = attach("", "", &shm.Mapping{Data: out.mapping.Data}, ro, consumer)
	return out, in, err
}

func pipeEnd(r *transport.Ring, rings *connRings) *Conn {
	c := newConn(Peer{}, r.MaxMessage(), pipeAddr{}, pipeAddr{})
	c.chosen = Transport{Kind: TransportRing, Reason: "both ends are in this process"}
	c.rings = rings
	c.carry(r)
	return c
}

// pipeAddr is the address of both ends of a Pipe.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "shmring" }
func (pipeAddr) String() string  { return "pipe" }
