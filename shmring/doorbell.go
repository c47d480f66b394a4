package shmring

import (
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/lease"
)

// doorbell is what the rings of one connection share beside memory: a second way of waking each other,
// and the knowledge whether the peer lives. A futex wakes quickest, but its sleeper holds a thread of the
// operating system; a thousand idle connections would hold a thousand. So a sleeper takes the futex only
// if one of the process's few seats is free and only for a moment, which is as long as waits last while
// a conversation goes on. After that it waits on a channel, for a byte that the peer writes on the
// connection's socket. Which way it sleeps it says in the flag that it sets.
//
//	sleeper                                      peer
//	flag = DoorFlag; fence; look again           publish; flag? clear it, write a byte
//	wait on token  ◄── watch goroutine reads ◄── the socket
//
// The end of the socket is the peer's end: see sock.Hear. So a connection needs no locks on its
// files: doorbell is the table of their leases, too.
type doorbell struct {
	// knock sends bits to the peer, without waiting.
	knock func(bit byte)
	waits [2]doorWait // by bit
	gone  atomic.Bool // the peer is
	// crowded says that naps would cost more than they bring: they hold one of Go's processors, and a
	// program that uses net.Conn has other goroutines that need it.
	crowded atomic.Bool
}

// Bits of a knock: which of a Conn's two waits it ends.
const (
	dataBit  byte = 1 // the receiver's
	spaceBit byte = 2 // the sender's
)

// doorWait belongs to one waiter, but for its token.
type doorWait struct {
	token  chan struct{}
	credit int // futex naps that may still fail
}

// A nap on the futex is worth it while waits are short.
const (
	doorNap    = 2 * time.Millisecond
	fullCredit = 4
)

func newDoorbell() *doorbell {
	d := &doorbell{}
	for i := range d.waits {
		d.waits[i] = doorWait{token: make(chan struct{}, 1), credit: fullCredit}
	}
	return d
}

func (d *doorbell) wait(bit byte) *doorWait { return &d.waits[bit>>1] }

// answer wakes this side's waits.
func (d *doorbell) answer(bits byte) {
	for _, bit := range [...]byte{dataBit, spaceBit} {
		if bits&bit == 0 {
			continue
		}
		select {
		case d.wait(bit).token <- struct{}{}:
		default: // it has one already
		}
	}
}

// prepare chooses how to sleep next and returns the flag to set for it. A seat that it took is given
// back by sleep or getUp.
func (b *bell) prepare() (flag uint32) {
	if b.door == nil {
		return layout.WaitFlag
	}
	w := b.door.wait(b.bit)
	select {
	case <-w.token: // of something that is looked at again before the sleep
	default:
	}
	if w.credit > 0 && !b.door.crowded.Load() && futex.TakeSeat() {
		return layout.WaitFlag
	}
	return layout.DoorFlag
}

// getUp undoes prepare.
func (b *bell) getUp(flag uint32) {
	if b.door != nil && flag == layout.WaitFlag {
		futex.LeaveSeat()
	}
}

// sleep sleeps until the bell rings, at most for patience where that is on the futex of a named ring.
func (b *bell) sleep(flag, seq uint32, patience time.Duration) {
	if b.door == nil {
		futex.Wait(b.seq, seq, patience)
		return
	}
	w := b.door.wait(b.bit)
	if flag == layout.WaitFlag {
		if futex.Wait(b.seq, seq, min(patience, doorNap)) == futex.ErrTimeout {
			w.credit--
		} else {
			w.credit = fullCredit
		}
		futex.LeaveSeat()
		return
	}
	start := time.Now()
	<-w.token
	if time.Since(start) < doorNap {
		w.credit = min(w.credit+1, fullCredit)
	}
}

// Acquire grants a lease: the handshake has distributed the roles.
func (d *doorbell) Acquire(int64) (lease.Lease, error) { return grant{}, nil }

// Held reports whether the peer lives: nobody asks after anybody else.
func (d *doorbell) Held(int64) (bool, error) { return !d.gone.Load(), nil }

// Close does nothing.
func (d *doorbell) Close() error { return nil }

type grant struct{}

func (grant) Release() error { return nil }
