package wait

import (
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// Side is one of the two waits of a connection's end, as one bit of the byte that wakes it.
type Side byte

// The two waits.
const (
	DataSide  Side = 1 // the receiver's, for records
	SpaceSide Side = 2 // the sender's, for space
)

// SocketDoorbell is what the two rings of one connection share beside memory: a second way of waking each other.
// A futex wakes fastest, but its sleeper holds a thread of the operating system; a thousand idle connections
// would hold a thousand. So a sleeper takes the futex only if one of the process's few slots for that is free, and
// only for a moment, which is as long as waits last while a conversation goes on. After that it waits on a channel,
// for a byte that the peer writes on the connection's socket. The flag that it raises says how it sleeps.
//
//	sleeper                                       peer
//	flag = SocketFlag; fence; look again          publish; flag? lower it, write a byte
//	wait on token  ◄── reader goroutine reads ◄── the socket
//
// The sleepers of a connection raise FenceFlag with their first sleep. A server sleeps for every request, and the
// barrier on behalf of everybody, which interrupts all processors, is the most expensive part of that; a barrier
// after every message is cheap beside it. Once the flag is up the sleeper may leave the barrier out: the peer, the only
// other party, has seen it.
type SocketDoorbell struct {
	send  func(Side) // to the peer, without waiting
	waits [2]socketWait
	// streaming says that futex sleeps would cost more than they bring: they hold one of Go's processors, and a
	// program that uses net.Conn has other goroutines that need it.
	streaming atomic.Bool
}

// socketWait belongs to one waiter, except for its token and the backstop.
type socketWait struct {
	token    chan struct{}
	budget   int         // futex sleeps that may still time out
	backstop *time.Timer // gives a token after socketSleep; made by the first sleep on the token
	running  atomic.Bool // the backstop has been started and not come yet
}

// A sleep on the futex is worth it while waits are short.
const (
	futexSleep = 2 * time.Millisecond
	fullBudget = 4
)

// socketSleep bounds a sleep on the socket, should a wake-up ever be lost. It is longer than MaxSleep, with which a
// thousand idle connections took one percent of a processor (tests/many).
const socketSleep = 10 * time.Second

// NewSocketDoorbell makes one side's. OnNotify must follow before anybody waits.
func NewSocketDoorbell() *SocketDoorbell {
	d := &SocketDoorbell{}
	for i := range d.waits {
		d.waits[i].token, d.waits[i].budget = make(chan struct{}, 1), fullBudget
	}
	return d
}

// OnNotify says how to send a side to the peer. send must not wait.
func (d *SocketDoorbell) OnNotify(send func(Side)) { d.send = send }

// Stream says that this end is used as a byte stream from now on.
func (d *SocketDoorbell) Stream() { d.streaming.Store(true) }

// Wake wakes this process's waits of the given sides, in any combination.
func (d *SocketDoorbell) Wake(sides Side) {
	for _, side := range [...]Side{DataSide, SpaceSide} {
		if sides&side == 0 {
			continue
		}
		d.wait(side).wake()
	}
}

func (d *SocketDoorbell) notify(s Side) { d.send(s) }

func (d *SocketDoorbell) wait(s Side) *socketWait { return &d.waits[s>>1] }

// socketBell sleeps on a doorbell of a connection.
type socketBell struct {
	futexBell
	flag uint32 // of the sleep that arm has prepared
}

func (b *socketBell) arm() (fence bool) {
	w := b.Socket.wait(b.Side)
	select {
	case <-w.token: // of something that is looked at again before the sleep
	default:
	}
	b.flag = layout.SocketFlag
	if w.budget > 0 && !b.Socket.streaming.Load() && futex.AcquireSlot() {
		b.flag = layout.WaitFlag
	}
	return mem.Or32(b.Flags, b.flag|layout.FenceFlag)&layout.FenceFlag == 0
}

func (b *socketBell) disarm() {
	b.futexBell.disarm()
	if b.flag == layout.WaitFlag {
		futex.ReleaseSlot()
	}
}

func (b *socketBell) sleep(limit time.Duration) {
	w := b.Socket.wait(b.Side)
	if b.flag == layout.WaitFlag {
		if futex.Wait(b.Seq, b.seq, min(limit, futexSleep)) == futex.ErrTimeout {
			w.budget--
		} else {
			w.budget = fullBudget
		}
		futex.ReleaseSlot()
		return
	}
	start := time.Now()
	w.startBackstop(socketSleep)
	<-w.token
	if time.Since(start) < futexSleep {
		w.budget = min(w.budget+1, fullBudget)
	}
}

// startBackstop lets a token come after d at the latest. Most sleeps find it running: to start a timer costs more than
// to hand a token from one goroutine to another.
func (w *socketWait) startBackstop(d time.Duration) {
	if w.running.Load() {
		return
	}
	w.running.Store(true)
	if w.backstop == nil {
		w.backstop = time.AfterFunc(d, func() {
			w.running.Store(false)
			w.wake()
		})
		return
	}
	w.backstop.Reset(d)
}

// wake gives a token.
func (w *socketWait) wake() {
	select {
	case w.token <- struct{}{}:
	default: // it has one already
	}
}

func (b *socketBell) keepsCPU() bool { return true }
