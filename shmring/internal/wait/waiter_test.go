package wait

import (
	"context"
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
)

// disturbed is a condition whose sleeper is woken in the middle of its thorough look, after it has seen nothing.
type disturbed struct {
	bell  Doorbell
	looks int
}

func (d *disturbed) Ready() bool { return false }
func (d *disturbed) Recheck(bool) (bool, error) {
	d.looks++
	if d.looks == 1 {
		d.bell.WakeAll()
	}
	return d.looks > 1, nil
}
func (d *disturbed) MaxSleep() time.Duration { return time.Hour }
func (d *disturbed) Err() error              { return nil }
func (d *disturbed) CheckSize()              {}

func TestAWakeUpDuringAThoroughLookIsNotLost(t *testing.T) {
	bell := Doorbell{Flags: new(uint32), Seq: new(uint32)}
	var w Waiter
	w.Init(Config{Doorbell: bell, Mode: Park, Sole: true, Parks: new(uint64), Flow: new(uint64)})
	done := make(chan error, 1)
	go func() { done <- w.Wait(context.Background(), &disturbed{bell: bell}) }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		bell.WakeAll()
		t.Fatal("it sleeps although it was woken")
	}
}

// raised is a condition that becomes true at the moment at which its sleeper has raised its flag: whoever makes it true has
// looked at the flag just before, and wakes nobody.
type raised struct {
	bell Doorbell
	max  time.Duration
}

func (r *raised) Ready() bool                { return r.bell.Pending() }
func (r *raised) Recheck(bool) (bool, error) { return false, nil }
func (r *raised) MaxSleep() time.Duration    { return r.max }
func (r *raised) Err() error                 { return nil }
func (r *raised) CheckSize()                 {}

func newWaiter() (*Waiter, Doorbell) {
	bell := Doorbell{Flags: new(uint32), Seq: new(uint32)}
	w := new(Waiter)
	w.Init(Config{Doorbell: bell, Mode: Park, Parks: new(uint64), Flow: new(uint64)})
	return w, bell
}

// within fails if f hangs.
func within(t *testing.T, bell Doorbell, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		bell.WakeAll()
		t.Fatal("it sleeps on")
		return nil
	}
}

func TestTheLastLookComesBetweenTheFlagAndTheSleep(t *testing.T) {
	w, bell := newWaiter()
	c := &raised{bell: bell, max: time.Hour}
	if err := within(t, bell, func() error { return w.Wait(context.Background(), c) }); err != nil {
		t.Fatal(err)
	}
}

func TestANotifiedDoorbellIsNotPendingAnyMore(t *testing.T) {
	_, bell := newWaiter()
	*bell.Flags, *bell.Seq = layout.WaitFlag, 7
	if !bell.Pending() || !bell.Notify() {
		t.Error("a raised flag is not seen")
	}
	if bell.Pending() || *bell.Seq != 8 {
		t.Errorf("after Notify the flags are %#x and the word is %d, want none and 8", *bell.Flags, *bell.Seq)
	}
	if bell.Notify() || *bell.Seq != 8 {
		t.Error("a system call for nobody")
	}
	bell.RequireFence()
	if !bell.Pending() || bell.Notify() || !bell.Pending() {
		t.Error("FenceFlag is lowered, or taken for a sleeper")
	}
}

// asleep is a condition that never becomes true.
type asleep struct{ raised }

func (*asleep) Ready() bool { return false }

func TestAContextEndsASleep(t *testing.T) {
	w, bell := newWaiter()
	ctx, cancel := context.WithCancel(context.Background())
	c := &asleep{raised{bell: bell, max: time.Hour}}
	go func() {
		for !bell.Pending() {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond) // it sleeps by now, or is about to: both must end
		cancel()
	}()
	if err := within(t, bell, func() error { return w.Wait(ctx, c) }); err != context.Canceled {
		t.Errorf("got %v, want that the context ended", err)
	}
}
