package shmring

import (
	"context"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
)

// TryRecv copies the next record's payload to dst[:0], growing it if needed, and releases the record, which
// no successor gets then: see [Consumer]. Behind records that are lent it stays until their Release.
// [ErrEmpty] if there is none now. The result does not alias the ring.
//
// Errors: ErrEmpty, io.EOF after the last producer closed and the ring is drained, [PeerDiedError] where it
// died instead, ErrClosed, ErrSegmentLost, [CorruptError].
func (c *Consumer) TryRecv(dst []byte) ([]byte, error) { return c.recv(noWait, dst) }

// Recv is [Consumer.TryRecv] that waits for a record, until ctx ends. A call that need not wait may
// succeed although ctx has ended.
func (c *Consumer) Recv(ctx context.Context, dst []byte) ([]byte, error) { return c.recv(ctx, dst) }

// recv has a fast path for the common case: a plain record, dst large enough, and nothing lent. Like Producer.send
// it leaves everything else to others. ctx is nil where the caller does not wait.
func (c *Consumer) recv(ctx context.Context, dst []byte) ([]byte, error) {
	if !c.guard.Start() {
		return dst, c.guard.Refuse()
	}
	pos := c.ring.Position()
	at := c.ring.Ref(pos)
	// Acquire: pairs with the stores that publish a record, in the engine's producer_*.go.
	w := layout.Word(mem.Load(at.Word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if !c.ring.Fast(pos, w, n, total) || n > uint64(cap(dst)) || c.ring.Lent() {
		return c.recvSlow(ctx, dst, w)
	}
	dst = dst[:n]
	switch {
	case n < 8 || n > mem.Inline:
		mem.CopyOut(dst, at.Payload(n))
	case n >= 32:
		mem.Copy32(mem.Pointer(dst), at.Start(), n)
	case n >= 16:
		mem.Copy16(mem.Pointer(dst), at.Start(), n)
	default:
		mem.Copy8(mem.Pointer(dst), at.Start(), n)
	}
	if c.ring.StepReleased(pos+total, n) || c.guard.Lost() {
		return c.finishRecv(dst)
	}
	c.guard.Leave()
	return dst, nil
}

// finishRecv ends the fast path where there is more to do.
func (c *Consumer) finishRecv(dst []byte) ([]byte, error) {
	c.ring.Reclaim()
	err := c.guard.LossError()
	c.guard.Leave()
	return dst, err
}

// recvSlow is recv where the fast path is closed; w is the next header. The caller has entered; recvSlow leaves.
func (c *Consumer) recvSlow(ctx context.Context, dst []byte, w layout.Word) ([]byte, error) {
	done, err := c.waitFast(ctx, w, func() (err error) {
		dst, err = c.recv(noWait, dst)
		return err
	})
	if done {
		return dst, err
	}
	err = c.next(ctx, func(f ring.Found) error {
		if c.peer != nil && (isPiece(f, layout.FlagMore|layout.FlagContinued) || f.Ext.Type() != 0) {
			return errFragmentOnly
		} else if r := newRecord(f); r.More || r.Continued {
			return &FragmentError{Size: len(r.Payload), More: r.More, Continued: r.Continued}
		}
		dst = mem.Append(dst[:0], f.Payload)
		return c.verify(f, dst)
	}, func(f ring.Found) { c.ring.StepCopied(f.Word) })
	c.guard.Leave()
	return dst, err
}
