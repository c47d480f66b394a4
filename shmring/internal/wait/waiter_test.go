package wait

import (
	"context"
	"testing"
	"time"
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
