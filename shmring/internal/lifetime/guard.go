package lifetime

import (
	"errors"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/shmring/ipc/shmring/internal/fence"
	"github.com/shmring/ipc/shmring/internal/mem"
	"github.com/shmring/ipc/shmring/internal/wait"
)

// ErrClosed says that Close was called.
var ErrClosed = net.ErrClosed

// ErrLost says that the memory vanished while it was attached.
var ErrLost = errors.New("shmring: segment lost")

// AlarmLost is what package fault writes as an attachment's alarm, which is 0 before.
const AlarmLost uint32 = 1

// Config is what a Guard watches over.
type Config struct {
	Alarm     *uint32           // AlarmLost once the memory has vanished
	Doorbells [2]*wait.Doorbell // on which a call of the owner may sleep
	Whole     func() bool       // asks the system whether the memory still has its size
	Finish    func()            // gives lease and mapping up
}

// Guard is one owner's hold on the memory. Its zero value must be set up with Init.
type Guard struct {
	busy   uint32 // owner only: 1 inside a call
	lent   uint32 // owner only: 1 while memory is lent out
	alarm  *uint32
	closed uint32 // see the package comment
	cfg    *Config
}

const (
	stateOpen uint32 = iota
	stateClosing
	stateLeft
	stateFinished
)

// Init sets g up.
func (g *Guard) Init(c Config) { g.alarm, g.cfg = c.Alarm, &c }

// Enter announces a call. An error says why the call must not touch the memory, and ends it.
func (g *Guard) Enter() error {
	if g.Start() && !g.Lost() {
		return nil
	}
	return g.Refuse()
}

// Start is Enter for the fast paths, which look at their end whether the memory was lost. False: the guard
// is closed, and the call must end with Refuse.
func (g *Guard) Start() bool {
	mem.StoreRelaxed32(&g.busy, 1)
	return !g.Closing()
}

// Closing reports that Close was called.
func (g *Guard) Closing() bool { return atomic.LoadUint32(&g.closed) != stateOpen }

// Refuse ends a call that must not touch the memory, and says why.
func (g *Guard) Refuse() error {
	err := g.Err()
	g.Leave()
	return err
}

// Leave ends a call. Release: what the call did comes before it for Close, which then works with the owner's fields
// and unmaps the memory.
func (g *Guard) Leave() { mem.Store32(&g.busy, 0) }

// Err returns why the memory is unusable, or nil.
func (g *Guard) Err() error {
	switch {
	case g.Lost():
		return ErrLost
	case g.Closing():
		return ErrClosed
	}
	return nil
}

// Lost reports that the memory vanished: what was read since the call began cannot be believed, and what
// was written reached nobody.
func (g *Guard) Lost() bool { return atomic.LoadUint32(g.alarm) == AlarmLost }

// LossError reports memory that vanished during a call.
func (g *Guard) LossError() error {
	if g.Lost() {
		return ErrLost
	}
	return nil
}

// CheckSize sounds the alarm if the memory is shorter than it was. Losses are noticed by touching them; this is
// for a party that waits for a word which is still there while the rest is not. The caller has entered.
func (g *Guard) CheckSize() {
	if !g.cfg.Whole() {
		atomic.StoreUint32(g.alarm, AlarmLost)
	}
}

// Lend says that memory is lent out from now on.
func (g *Guard) Lend() { mem.StoreRelaxed32(&g.lent, 1) }

// Lent reports whether memory is lent out.
func (g *Guard) Lent() bool { return g.lent != 0 }

// TakeBack follows every return of lent memory, inside a call, and ends the call: it finishes a Close that had to leave
// the memory alone.
func (g *Guard) TakeBack() {
	mem.Store32(&g.lent, 0) // release, as in Leave: Close may look at this alone
	g.Leave()
	if atomic.LoadUint32(&g.closed) == stateLeft {
		g.finish(stateLeft)
	}
}

// Close ends the owner's hold as soon as no call is under way and nothing is lent. Calls that wait are woken and
// return ErrClosed. Only the first call does anything.
func (g *Guard) Close() {
	if !atomic.CompareAndSwapUint32(&g.closed, stateOpen, stateClosing) {
		return
	}
	barrier()
	for i := 0; g.Busy(); i++ {
		for _, d := range g.cfg.Doorbells {
			d.WakeAll()
		}
		if i < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(100 * time.Microsecond)
		}
	}
	if mem.Load32(&g.lent) == 0 {
		g.finish(stateClosing)
		return
	}
	atomic.StoreUint32(&g.closed, stateLeft)
	barrier() // as above: either we see that nothing is lent any more, or TakeBack sees that we have left
	if mem.Load32(&g.lent) == 0 {
		g.finish(stateLeft)
	}
}

// barrier is a barrier on behalf of the owner.
func barrier() {
	if !fence.Private() {
		time.Sleep(time.Millisecond) // no barrier to be had: outlast any store buffer
	}
}

func (g *Guard) finish(from uint32) {
	if atomic.CompareAndSwapUint32(&g.closed, from, stateFinished) {
		g.cfg.Finish()
	}
}

// Busy reports whether a call is under way.
func (g *Guard) Busy() bool { return mem.Load32(&g.busy) != 0 }
