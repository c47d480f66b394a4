package shmring

import (
	"context"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// The copying tier of receiving.

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

// receive has a fast path for the common case: a plain record, dst large enough, and nothing lent. Like Producer.send
// it leaves everything else to others. ctx is nil where the caller does not wait.
func (c *Consumer) recv(ctx context.Context, dst []byte) ([]byte, error) {
	if !c.start() {
		return dst, c.refuseCall()
	}
	pos := c.pos
	at := c.ref(pos)
	// Acquire: pairs with the stores that publish a record, in Producer.send, commit and trySendBatch.
	w := layout.Word(mem.Load(at.word()))
	n := uint64(w.Length())
	total := layout.RecordSize(layout.WordSize, n)
	if total > c.fastLimit-pos || !plain(w, n) || n > uint64(cap(dst)) || c.lentRecs != 0 {
		return c.recvWait(ctx, dst, w)
	}
	dst = dst[:n]
	switch {
	case n < 8 || n > mem.Inline:
		mem.CopyOut(dst, at.payload(n))
	case n >= 32:
		mem.Copy32(pointer(dst), at.start(), n)
	case n >= 16:
		mem.Copy16(pointer(dst), at.start(), n)
	default:
		mem.Copy8(pointer(dst), at.start(), n)
	}
	pos += total
	c.pos = pos
	ctl := c.ctl
	mem.StoreRelaxed(&ctl.Released, pos) // where a successor continues
	mem.AddOwned(&ctl.Records, 1)
	mem.AddOwned(&ctl.Bytes, n)
	if pos-c.zeroed >= c.zeroStep || c.lost() {
		return c.finishRecv(dst)
	}
	c.leave()
	return dst, nil
}

// received ends the fast path through receive where there is more to do.
func (c *Consumer) finishRecv(dst []byte) ([]byte, error) {
	c.reclaim()
	err := c.lossError()
	c.leave()
	return dst, err
}

// recvWait waits for a record, if it is a wait that is missing, and tries the fast path again.
func (c *Consumer) recvWait(ctx context.Context, dst []byte, w layout.Word) ([]byte, error) {
	for ctx != nil && !finished(w) && !c.changed() {
		if !c.pollEager() {
			if err := c.waitRecord(ctx); err != nil {
				c.leave()
				return dst, err
			}
		}
		got, err := c.recv(noWait, dst)
		if err != ErrEmpty {
			return got, err
		}
		if err := c.enter(); err != nil {
			return dst, err
		}
		w = layout.Word(mem.Load(c.word(c.pos)))
	}
	return c.recvSlow(ctx, dst)
}

// receiveSlow is the slow path. The caller has entered; receiveSlow leaves.
func (c *Consumer) recvSlow(ctx context.Context, dst []byte) ([]byte, error) {
	r, err := c.next(ctx, func(r found) error {
		if c.framed && (r.More || r.Continued || r.Type != 0) {
			return errFragmentOnly
		} else if r.More || r.Continued {
			return &FragmentError{Size: len(r.Payload), More: r.More, Continued: r.Continued}
		}
		dst = mem.Append(dst[:0], r.Payload)
		r.Payload = dst
		return c.verify(r)
	})
	if err == nil {
		if c.lentRecs == 0 {
			c.release(1, uint64(len(dst)))
		} else { // older records are lent: this one goes back with them
			c.lentRecs++
			c.lentSize += uint64(len(r.Payload))
		}
	}
	c.leave()
	return dst, err
}
