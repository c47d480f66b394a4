package wait

import (
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
	"github.com/shmring/ipc/shmring/internal/mem"
)

func TestAByteStreamHoldsNoProcessorWhileItSleeps(t *testing.T) {
	socket := NewSocketDoorbell()
	d := Doorbell{Flags: new(uint32), Seq: new(uint32), Socket: socket, Side: DataSide}
	b := &socketBell{futexBell: futexBell{Doorbell: d, sole: true}}
	asleep := func() uint32 {
		b.arm()
		defer b.disarm()
		return mem.Load32(d.Flags) &^ layout.FenceFlag
	}
	if got := asleep(); got != layout.WaitFlag {
		t.Errorf("a receiver of messages sleeps by %#x, want WaitFlag", got)
	}
	socket.Stream()
	if got := asleep(); got != layout.SocketFlag {
		t.Errorf("a reader of bytes sleeps by %#x, want SocketFlag", got)
	}
	if got := mem.Load32(d.Flags); got != layout.FenceFlag {
		t.Errorf("after the sleeps the flags are %#x, want FenceFlag alone", got)
	}
}

func TestASleepOnASocketEndsWithoutAWakeUp(t *testing.T) {
	w := NewSocketDoorbell().wait(DataSide)
	for range 3 {
		w.startBackstop(time.Millisecond)
		<-w.token
	}
	w.startBackstop(time.Hour)
	if n := testing.AllocsPerRun(100, func() { w.startBackstop(time.Hour) }); n > 0 || !w.running.Load() {
		t.Errorf("%v allocations for each sleep; the backstop runs: %v", n, w.running.Load())
	}
	w.backstop.Stop()
}
