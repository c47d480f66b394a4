package shmring

import (
	"context"
	"errors"
	"io"

	"github.com/shmring/ipc/shmring/internal/lifetime"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/wait"
	"github.com/shmring/ipc/shmring/internal/watch"
)

// Consumer is the receiving end of a ring. It belongs to one goroutine at a time. Close may be called
// from anywhere.
//
// Every receiving call has two tiers: Recv copies the payload out, Next lends it in place until Release.
// What was released is remembered in the segment, so that a successor, after a crash too, continues
// right after it: every record is delivered at least once, and twice only if it had not been released.
// Recv releases a record before it returns it: a crash between that and its use loses the record. Where
// that matters, take it with Next and release it when its effect is safe.
type Consumer struct {
	guard   lifetime.Guard
	ring    ring.Consumer
	data    wait.Waiter
	seg     *Segment
	watcher watch.Watcher
	peer    *connPeer // the other end of a connection; nil for a ring on its own
	// emptyPolls counts polls that found nothing.
	emptyPolls uint32
	// inMessage: the next record continues a message that was begun with RecvStream.
	inMessage bool
}

// Close detaches: the next consumer continues after the last released record. It unblocks a call that
// waits in another goroutine, which returns ErrClosed. While records are lent, they stay valid, and slot
// and memory stay until Release, which finishes the job.
func (c *Consumer) Close() error {
	c.guard.Close()
	return nil
}

// next finds the next record, waiting for one if ctx is not nil, and leaves it there: accept sees it
// first. If accept fails, the record is skipped for good and the error returned: the ones behind it are
// still good; a FragmentError leaves the record in the ring. Otherwise step steps over it. The caller has entered.
func (c *Consumer) next(ctx context.Context, accept func(ring.Found) error, step func(ring.Found)) error {
	f, err := c.find(ctx)
	if err != nil {
		if c.guard.Lost() {
			err = ErrSegmentLost // whatever the engine made of it
		}
		return err
	}
	err = accept(f)
	if _, stays := err.(*FragmentError); stays {
		return err
	}
	if err != nil {
		c.ring.Skip(f.Word)
	} else {
		step(f)
	}
	if c.guard.Lost() {
		return ErrSegmentLost
	}
	return err
}

// find finds the next record, waiting for one if ctx is not nil.
func (c *Consumer) find(ctx context.Context) (ring.Found, error) {
	for {
		end, over := c.peer.ended(&c.ring) // before the look, as in Recheck
		if over {
			return ring.Found{}, end
		}
		err := error(ErrEmpty)
		// Before a wait, a header that is not finished is not looked into: the wait does that, and gives released
		// memory back, once it has lasted.
		if ctx == nil || end != nil || c.ring.Ready() {
			var f ring.Found
			if f, err = c.ring.Find(); err == nil {
				return f, nil
			}
			// A file that was truncated inside a page reads as zeros there, as an empty ring does.
			if c.emptyPolls++; endOfRing(err) || c.emptyPolls%pollsPerSizeCheck == 0 {
				c.guard.CheckSize()
			}
		}
		if c.guard.Lost() {
			return ring.Found{}, ErrSegmentLost
		}
		if err == ErrEmpty && end != nil && !c.ring.Unfinished() {
			return ring.Found{}, end
		}
		if err != ErrEmpty || ctx == nil {
			return ring.Found{}, publicError(err, c.seg.path)
		}
		if err := c.waitRecord(ctx); err != nil {
			return ring.Found{}, err
		}
	}
}

// verify checks a payload, or a copy of it, against the record's checksum, if the segment has them.
func (c *Consumer) verify(f ring.Found, payload []byte) error {
	if err := c.ring.Verify(f, payload); err != nil {
		return publicError(err, c.seg.path)
	}
	return nil
}

// pollsPerSizeCheck is how many polls find nothing between two looks at the size of the memory, which are system calls.
const pollsPerSizeCheck = 16

// endOfRing reports whether an engine's error is the end of a stream.
func endOfRing(err error) bool {
	_, died := err.(*ring.DiedError)
	return died || err == io.EOF
}

// endOfStream reports whether err is the end of a stream.
func endOfStream(err error) bool { return err == io.EOF || errors.Is(err, ErrPeerDied) }
