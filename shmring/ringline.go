package shmring

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/sock"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// ringLine is a connection through shared memory. A message without parts is a plain record, or the pieces
// of one; one with parts looks like its frame without the total, and its record has the type framed.
type ringTransport struct {
	*ringPair
	peer   Peer
	limit  uint64 // bytes of a message that is received whole
	piece  int    // bytes of the largest message that is sent as one record
	hangUp func() error
	end    atomic.Pointer[endError] // what senders get once the peer has ended
	closed atomic.Bool              // this side has

	// Receiving.
	inbound       // the open message
	failed  error // what every receipt returns from now on
}

// framed is the type of a record, and of the first piece of a message, that holds a body and parts.
const framed = 1

// endError is how the peer ended.
type endError struct{ err error }

// newRingLine runs a line over a pair whose doorbell is the socket conn.
func newRingTransport(p *ringPair, conn *net.UnixConn, peer Peer, limit uint64) (*ringTransport, error) {
	k, err := sock.NewNotifier(conn, byte(wait.DataSide), byte(wait.SpaceSide))
	if err != nil {
		return nil, err
	}
	p.doorbell.OnNotify(func(s wait.Side) { k.Notify(byte(s)) })
	r := &ringTransport{ringPair: p, peer: peer, limit: limit, piece: p.tx.pieceSize()}
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		// The end of the socket is the end of the peer.
		sock.Listen(conn, func(bits byte) { r.doorbell.Wake(wait.Side(bits)) })
		r.ended()
	}()
	r.hangUp = func() error {
		err := conn.Close()
		<-watching
		return err
	}
	return r, nil
}

// ended makes this side notice that the peer is gone. What it has committed is still received; what it
// has closed, it has closed in the ring.
func (r *ringTransport) ended() {
	_, state := layout.SplitStatus(mem.Load(&r.peerSlot().Status))
	end := &endError{ErrPeerClosed}
	if state != layout.SlotFree {
		end.err = r.died()
	}
	r.end.Store(end)
	r.ringPair.peer.SetGone()
	mem.Add(&r.in.control().Changes, 1)
	r.in.dataBell.WakeAll()
	// Whatever is or will be waiting for room waits in vain.
	_ = r.tx.Close() // has no errors
}

// peerSlot is the peer's place in the ring that it sends on.
func (r *ringTransport) peerSlot() *layout.Slot { return &r.in.slots.Table[r.in.slots.Producers.First] }

func (r *ringTransport) died() error {
	pid := r.peer.PID
	if pid == 0 {
		pid = int(mem.Load32(&r.peerSlot().PID))
	}
	return &PeerDiedError{Role: RolePeer, PID: pid, Slot: 1}
}

func (r *ringTransport) send(ctx context.Context, payload []byte) error {
	var err error
	if len(payload) <= r.piece {
		err = r.tx.Send(ctx, payload)
	} else {
		err = r.tx.sendPieces(ctx, payload, 0)
	}
	if err != nil {
		return r.sendError(err)
	}
	return nil
}

// sendError says why a send failed: not that the handle is closed, but who closed it.
func (r *ringTransport) sendError(err error) error {
	if !errors.Is(err, ErrClosed) || r.closed.Load() {
		return err
	}
	if end := r.end.Load(); end != nil {
		return end.err
	}
	return err // CloseWrite
}

func (r *ringTransport) sendMessage(ctx context.Context, m frame.Message) error {
	if len(m.Parts) == 0 {
		return r.send(ctx, m.Body)
	}
	size := m.Size() - lengthSize // less the total
	var err error
	if size <= r.piece {
		err = r.tx.sendFramed(ctx, m, size)
	} else {
		b := m.Buffers()
		b[0] = b[0][lengthSize:]
		err = r.tx.sendFrom(ctx, &b, int64(size), framed)
	}
	if err != nil {
		return r.sendError(err)
	}
	return nil
}

// lengthSize is the width of the lengths in a message, in bytes.
const lengthSize = 8

// sendFrom sends a message of an empty body and one part, which the reader sees as the part alone.
func (r *ringTransport) sendFrom(ctx context.Context, src io.Reader, size int64) error {
	var head [2 * lengthSize]byte
	binary.BigEndian.PutUint64(head[lengthSize:], uint64(size))
	if err := r.tx.sendFrom(ctx, io.MultiReader(bytes.NewReader(head[:]), src), size+int64(len(head)), framed); err != nil {
		return r.sendError(err)
	}
	return nil
}

func (r *ringTransport) closeWrite() error { return r.tx.Close() }

func (r *ringTransport) recv(ctx context.Context, dst []byte) ([]byte, error) {
	if !r.pendingMessage() {
		out, err := r.rx.Recv(ctx, dst)
		if err == nil && uint64(len(out)) > r.limit {
			return out[:0], r.tooLarge(uint64(len(out)))
		} else if err == nil {
			return out, nil
		}
		if _, piece := err.(*FragmentError); !piece {
			return out, r.recvError(err)
		}
	}
	raw, typ, err := r.collect(ctx, dst[:0])
	if err != nil || typ != framed {
		return raw, err
	}
	m, err := r.parse(raw)
	if err != nil {
		return raw[:0], err
	}
	n := copy(raw, m.Body)
	for _, part := range m.Parts {
		n += copy(raw[n:], part)
	}
	return raw[:n], nil
}

// busy reports whether the next receipt needs more than a plain record.
func (r *ringTransport) pendingMessage() bool { return r.opened || r.resumed || r.failed != nil }

func (r *ringTransport) recvMessage(ctx context.Context) (frame.Message, error) {
	raw, typ, err := r.collect(ctx, nil)
	if err != nil {
		return frame.Message{}, err
	}
	if typ != framed {
		return frame.Message{Body: raw}, nil
	}
	return r.parse(raw)
}

// collect appends the whole of the next message to dst, as it lies in the ring.
func (r *ringTransport) collect(ctx context.Context, dst []byte) ([]byte, uint16, error) {
	if err := r.open(ctx); err != nil {
		return dst, 0, err
	}
	start := len(dst)
	for {
		b, err := r.peek(ctx)
		size, limit := uint64(len(dst)-start+len(b)), r.limit
		if r.stream.typ == framed {
			limit += lengthSize // of the body, which no limit counts
		}
		switch {
		case err == io.EOF:
			r.opened = false
			return dst, r.stream.typ, nil
		case errors.Is(err, io.ErrUnexpectedEOF): // given up by its sender, so it never was
			r.opened = false
			if err := contextError(ctx); err != nil {
				return dst[:start], 0, err
			}
			if err := r.open(ctx); err != nil {
				return dst[:start], 0, err
			}
			dst = dst[:start]
			continue
		case err != nil:
			if err = r.recvError(err); r.failed == nil {
				r.replay, r.resumed = append([]byte(nil), dst[start:]...), true
			}
			return dst[:start], 0, err
		case size > limit:
			return dst[:start], 0, r.tooLarge(size)
		}
		dst = mem.Append(dst, b)
		r.discard(len(b))
	}
}

// recvError says why a receipt failed, and remembers what is final.
func (r *ringTransport) recvError(err error) error {
	if errors.Is(err, ErrPeerDied) {
		err = r.died()
	}
	if endOfStream(err) || errors.Is(err, ErrCorrupt) {
		r.failed = err
	}
	return err
}

func (r *ringTransport) ready() bool { return ring.Finished(r.rx.ring.Header()) }

func (r *ringTransport) shut() error {
	r.closed.Store(true)
	return errors.Join(r.tx.Close(), r.rx.Close(), r.hangUp())
}

func (r *ringTransport) release() error {
	r.rx.Release()
	return r.ringPair.close()
}
