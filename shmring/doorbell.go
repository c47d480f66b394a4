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
type socketDoorbell struct {
	// knock sends bits to the peer, without waiting.
	notify func(bit byte)
	waits  [2]socketWait // by bit
	gone   atomic.Bool   // the peer is
	// crowded says that naps would cost more than they bring: they hold one of Go's processors, and a
	// program that uses net.Conn has other goroutines that need it.
	netConn atomic.Bool
}

// Bits of a knock: which of a Conn's two waits it ends.
const (
	dataBit  byte = 1 // the receiver's
	spaceBit byte = 2 // the sender's
)

// doorWait belongs to one waiter, but for its token.
type socketWait struct {
	token  chan struct{}
	budget int // futex naps that may still fail
}

// A nap on the futex is worth it while waits are short.
const (
	futexSleep = 2 * time.Millisecond
	fullBudget = 4
)

func newSocketDoorbell() *socketDoorbell {
	d := &socketDoorbell{}
	for i := range d.waits {
		d.waits[i] = socketWait{token: make(chan struct{}, 1), budget: fullBudget}
	}
	return d
}

func (d *socketDoorbell) wait(bit byte) *socketWait { return &d.waits[bit>>1] }

// answer wakes this side's waits.
func (d *socketDoorbell) wake(bits byte) {
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
func (b *doorbell) prepareSleep() (flag uint32) {
	if b.socket == nil {
		return layout.WaitFlag
	}
	w := b.socket.wait(b.bit)
	select {
	case <-w.token: // of something that is looked at again before the sleep
	default:
	}
	if w.budget > 0 && !b.socket.netConn.Load() && futex.AcquireSlot() {
		return layout.WaitFlag
	}
	return layout.DoorFlag
}

// getUp undoes prepare.
func (b *doorbell) cancelSleep(flag uint32) {
	if b.socket != nil && flag == layout.WaitFlag {
		futex.ReleaseSlot()
	}
}

// sleep sleeps until the bell rings, at most for patience where that is on the futex of a named ring.
func (b *doorbell) sleep(flag, seq uint32, patience time.Duration) {
	if b.socket == nil {
		futex.Wait(b.seq, seq, patience)
		return
	}
	w := b.socket.wait(b.bit)
	if flag == layout.WaitFlag {
		if futex.Wait(b.seq, seq, min(patience, futexSleep)) == futex.ErrTimeout {
			w.budget--
		} else {
			w.budget = fullBudget
		}
		futex.ReleaseSlot()
		return
	}
	start := time.Now()
	<-w.token
	if time.Since(start) < futexSleep {
		w.budget = min(w.budget+1, fullBudget)
	}
}

// Acquire grants a lease: the handshake has distributed the roles.
func (d *socketDoorbell) Acquire(int64) (lease.Lease, error) { return grant{}, nil }

// Held reports whether the peer lives: nobody asks after anybody else.
func (d *socketDoorbell) Held(int64) (bool, error) { return !d.gone.Load(), nil }

// Close does nothing.
func (d *socketDoorbell) Close() error { return nil }

type grant struct{}

func (grant) Release() error { return nil }
