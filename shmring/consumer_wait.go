package shmring

import (
	"context"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/ring"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// waitRecord waits until there may be a record. The caller has entered.
func (c *Consumer) waitRecord(ctx context.Context) error {
	err := c.data.Wait(ctx, (*recordCondition)(c))
	if err != nil && err == ctx.Err() {
		err = &WaitError{Op: "receive", Err: err, Peer: c.seg.blocker(RoleConsumer)}
	}
	return err
}

// waitFast waits for a record where that is all that keeps a fast path closed: w, the next header, is not finished. Then
// it takes the fast path, which must not wait, until that returns something else than ErrEmpty: done, with its error. Not
// done: take the slow path. The caller has entered; where it is done, waitFast has left.
func (c *Consumer) waitFast(ctx context.Context, w layout.Word, fast func() error) (done bool, err error) {
	for ctx != nil && !ring.Finished(w) && !c.ring.Changed() {
		if !c.data.PollHeader(c.ring.HeaderAddr()) {
			if err := c.waitRecord(ctx); err != nil {
				c.guard.Leave()
				return true, err
			}
		}
		if err := fast(); err != ErrEmpty {
			return true, err
		}
		if err := c.guard.Enter(); err != nil {
			return true, err
		}
		w = c.ring.Header()
	}
	return false, nil
}

// recordCondition is what a Consumer waits for.
type recordCondition Consumer

func (c *recordCondition) Ready() bool { return c.ring.Ready() }

func (c *recordCondition) Recheck(first bool) (bool, error) {
	quiet := c.watcher.Quiet()
	if !first || !quiet {
		c.ring.LookThoroughly()
	}
	end, _ := c.peer.ended(&c.ring) // before the look: it finds what was committed before the end
	_, err := c.ring.Find()
	if err == ErrEmpty {
		if c.peer != nil && !c.ring.Unfinished() { // the socket of a connection says when the peer ends
			return false, end
		} else if c.peer != nil {
			return false, nil
		}
		c.updateWatcher()
		if quiet && c.watcher.Complete() && !c.watcher.Settling() {
			return false, nil
		}
		if err = c.ring.MarkDeaths(); err == nil { // who is marked dead is not watched any more
			c.watcher.Forget()
			c.updateWatcher()
			return false, nil
		}
	}
	if endOfRing(err) {
		c.guard.CheckSize() // see find
	}
	// A record, or an error. The next attempt need not meet it: it looks into a zero header only if somebody
	// announced a change, and the dead announce nothing.
	if err != nil {
		err = publicError(err, c.seg.path)
	}
	return true, err
}

// updateWatcher watches the processes of the producers.
func (c *recordCondition) updateWatcher() {
	s := c.seg
	c.watcher.Update(s.slots.Table[s.slots.Producers.First:s.slots.Producers.End], mem.Load(&s.control().Changes), &s.dataBell, s.opts.logger)
}

func (c *recordCondition) MaxSleep() time.Duration {
	if !c.watcher.Complete() || c.watcher.Settling() {
		return wait.UnwatchedSleep
	}
	return wait.MaxSleep
}

func (c *recordCondition) Err() error { return c.guard.Err() }
func (c *recordCondition) CheckSize() { c.guard.CheckSize() }

// delivers reports that the next call returns something else than ErrEmpty.
func (c *Consumer) delivers(first bool) bool {
	done, err := (*recordCondition)(c).Recheck(first)
	return done || err != nil
}

// contextError bounds work that a sender can make endless without ever keeping us waiting.
func contextError(ctx context.Context) error {
	if ctx == nil || ctx.Err() == nil {
		return nil
	}
	return &WaitError{Op: "receive", Err: ctx.Err()}
}
