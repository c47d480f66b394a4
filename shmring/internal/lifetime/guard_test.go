package lifetime

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring/internal/wait"
)

// guard returns an open Guard and counts how often it finishes.
func guard() (g *Guard, finished *int) {
	g, finished = new(Guard), new(int)
	d := &wait.Doorbell{Flags: new(uint32), Seq: new(uint32)}
	g.Init(Config{Alarm: new(uint32), Doorbells: [2]*wait.Doorbell{d, d}, Whole: func() bool { return true }, Finish: func() { *finished++ }})
	return g, finished
}

func TestOnlyCloseFinishesWhileItStillRingsDoorbells(t *testing.T) {
	g, finished := guard()
	g.Lend()
	g.closed = stateClosing
	if g.TakeBack(); g.closed != stateClosing || *finished != 0 {
		t.Error("the memory may be unmapped under Close")
	}
	g.lent, g.closed = 1, stateLeft
	if g.TakeBack(); g.closed != stateFinished || *finished != 1 {
		t.Error("nobody finishes")
	}
}

func TestCloseLeavesLentMemoryToItsOwner(t *testing.T) {
	g, finished := guard()
	g.Lend()
	if g.Close(); *finished != 0 {
		t.Fatal("finished while memory is lent")
	}
	if err := g.Enter(); err != ErrClosed {
		t.Errorf("Enter: %v, want %v", err, ErrClosed)
	}
	if g.TakeBack(); *finished != 1 {
		t.Error("nobody finished")
	}
	if g.Close(); *finished != 1 {
		t.Error("finished twice")
	}
}

func TestCloseWaitsForTheCallUnderWay(t *testing.T) {
	g, finished := guard()
	if err := g.Enter(); err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	closed := make(chan bool)
	go func() {
		g.Close()
		closed <- done.Load()
	}()
	for !g.Closing() {
	}
	time.Sleep(20 * time.Millisecond) // long enough for a Close that does not wait
	done.Store(true)
	g.Leave()
	if !<-closed || *finished != 1 {
		t.Error("Close returned before the call had ended")
	}
}

func TestMemoryThatShrankIsLost(t *testing.T) {
	g, _ := guard()
	g.cfg.Whole = func() bool { return false }
	if g.CheckSize(); g.Err() != ErrLost || g.LossError() != ErrLost {
		t.Errorf("Err: %v, want %v", g.Err(), ErrLost)
	}
}
