package shmring

import (
	"context"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Record is one delivered message.
type Record struct {
	// Payload is ring memory lent until Release (Next, TryNext, Drain, All), or what is to be sent. Its
	// capacity ends with it. A peer that breaks the rules can change it while it is lent: where the
	// peer is not trusted, use Recv.
	Payload []byte
	Type    uint16 // as given by the sender; 0 if it gave none
	Version uint8  // of that type
	// Producer and Generation identify the sender: its slot, and which of the slot's successive owners.
	Producer   uint16
	Generation uint16
	// More says that the record is a piece of a larger message (see [Producer.SendFrom]) and that the next
	// record of the same Producer and Generation continues it; Continued, that it continues the last.
	More, Continued bool
}

// Consumer is the receiving end of a ring. It belongs to one goroutine at a time. Close may be called
// from anywhere.
//
// Every receiving call has two tiers: Recv copies the payload out, Next lends it in place until Release.
// What was released is remembered in the segment, so that a successor, after a crash too, continues
// right after it: every record is delivered at least once, and twice only if it had not been released.
// Recv releases a record before it returns it: a crash between that and its use loses the record. Where
// that matters, take it with Next and release it when its effect is safe.
type Consumer struct {
	handle
	pos       uint64 // next record to deliver
	fastLimit uint64 // the fast paths go up to here; never below pos, and at pos they are closed
	zeroed    uint64 // everything below is zero
	zeroStep  uint64 // clear in pieces of this many bytes, a power of two, or multiples of it
	ring
	lentRecs uint64 // delivered by Next, not released yet
	lentSize uint64 // their payload bytes
	lentFrom uint64 // position of the first
	head     uint64 // everything below belongs to producers
	headStep uint64 // give memory back in steps of at least this many bytes
	data     waiter
	doorbell doorbell // the producers'
	own      *layout.Slot
	recoveries
	eofState
	watcher processWatcher
	framed  bool // of a connection: Recv refuses records with a type
}

// sight looks for a record where there was none yet, as long as a round trip between near processors takes.
func (c *Consumer) pollEager() bool {
	if !c.data.eager {
		return false
	}
	c.data.pauseInStream()
	word := c.word(c.pos)
	for i := range eagerRounds {
		if finished(layout.Word(mem.Load(word))) {
			c.data.looks = i
			return true
		}
	}
	c.data.looks = eagerRounds
	return false
}

// plain reports whether w is a committed record of n bytes without flags, whoever sent it.
func plain(w layout.Word, n uint64) bool {
	const owner = layout.Word(1)<<62 - 1<<40
	return w&^owner == layout.Word(layout.Committed)<<62|layout.Word(n)
}

// await waits until there may be a record at c.pos. The caller has entered.
func (c *Consumer) waitRecord(ctx context.Context) error {
	err := c.data.wait(ctx, c)
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "receive", Err: err, Peer: c.seg.blocker()}
	}
	return err
}

// finished reports whether w is committed or a pad: the two states with the highest bit.
func finished(w layout.Word) bool { return int64(w) < 0 }

// ready, attend and patience make a Consumer wait for a record.
func (c *Consumer) ready() bool {
	return finished(layout.Word(mem.Load(c.word(c.pos)))) || c.changed()
}

func (c *Consumer) recheck(first bool) (bool, error) {
	if !first || !c.watcher.allWatched() {
		c.polls = pollsPerLook - 1 // look at the leases, too
	}
	_, err := c.find()
	if err == ErrEmpty {
		if c.data.doorbell.socket == nil { // a connection's socket says when the peer ends
			c.watch()
		}
		return false, nil
	}
	// A record, or an error. The next attempt need not meet it: it looks into a zero header only if somebody
	// announced a change, and the dead announce nothing.
	return true, err
}

func (c *Consumer) maxSleep() time.Duration {
	switch {
	case c.blocked:
		return openClaimSleep
	case c.watcher.incomplete:
		return unwatchedSleep
	}
	return backstop
}

// Close detaches: the next consumer continues after the last released record. It unblocks a call that
// waits in another goroutine, which returns ErrClosed. While records are lent, they stay valid, and slot
// and memory stay until Release, which finishes the job.
func (c *Consumer) Close() error { return c.close() }
