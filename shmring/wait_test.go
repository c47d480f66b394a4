package shmring

import (
	"testing"
	"time"

	"github.com/shmring/ipc/layout"
)

// disturbed is a sleeper that is roused in the middle of its thorough look, after it has seen nothing.
type disturbed struct {
	bell  doorbell
	looks int
}

func (d *disturbed) ready() bool { return false }
func (d *disturbed) recheck(bool) (bool, error) {
	d.looks++
	if d.looks == 1 {
		d.bell.wakeAll()
	}
	return d.looks > 1, nil
}
func (d *disturbed) maxSleep() time.Duration { return time.Hour }
func (d *disturbed) err() error              { return nil }
func (d *disturbed) checkSize()              {}

func TestAWakeUpDuringAThoroughLookIsNotLost(t *testing.T) {
	s := heap(t)
	w := newWaiter(s.dataDoorbell(), Park, true, new(uint64), new(uint64))
	done := make(chan error, 1)
	go func() { done <- w.wait(ctx, &disturbed{bell: w.doorbell}) }()
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(patience):
		w.doorbell.wakeAll()
		t.Fatal("it sleeps although it was roused")
	}
}

func TestReleasedMemoryGoesBackWhileAClaimIsOpen(t *testing.T) {
	s := heap(t, WithKind(MPSC), WithCapacity(layout.MinCapacity))
	p, c := pair(t, s)
	q := producer(t, s)
	must(t, p.TrySend(make([]byte, 248)))
	r, err := p.TryReserve(240) // 256 + 256 bytes
	must(t, err)
	defer r.Abort()
	for q.TrySend(make([]byte, 248)) == nil {
	}
	expect(t, c, string(make([]byte, 248)))
	_, err = c.TryRecv(nil)
	want(t, "behind an open claim", err, ErrEmpty)
	must(t, q.TrySend(make([]byte, 248)))
}
