//go:build linux && shmring_hooks

package crash

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// receive is a child that takes records for ever, slowly, a few at a time before each release.
func receive(name string) error {
	s := sabotage()
	l := &listener{}
	seg, err := shmring.Open(name, shmring.WithLogger(slog.New(l)), shmring.WithFollow())
	if err != nil {
		return err
	}
	s.slow.Store(true)
	c, err := attach(seg.Consumer)
	if err != nil {
		return err
	}
	tell(ready, 0, 0)
	if s.dirty.Load() > 0 {
		tell(midClear, 0, 0)
	}
	if l.successions.Load() > 0 {
		tell(succeeded, 0, 0)
	}
	for {
		for range 1 + rand.Uint32N(4) {
			r, err := c.Next(context.Background())
			if err != nil {
				return err
			}
			sender, seq, ok := identify(r.Payload)
			if !ok {
				sender = torn
			}
			tell(got, sender, seq)
		}
		c.Release()
		tell(released, 0, 0)
	}
}

const torn = 1<<32 - 2 // the sender of what nobody sent

func TestReceiversKilledAtRandom(t *testing.T) {
	kills := 150
	if long() {
		kills = 2600
	}
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		t.Run(kind.String(), func(t *testing.T) { killReceivers(t, kind, kills) })
	}
}

func killReceivers(t *testing.T, kind shmring.Kind, kills int) {
	seg, name := segment(t, kind, 4, shmring.WithCapacity(4096))
	senders := 1
	if kind == shmring.MPSC {
		senders = 3
	}
	ctx, cancel := context.WithCancel(t.Context())
	acked := make([]uint64, senders)
	var sending sync.WaitGroup
	for i := range senders {
		p, err := seg.Producer()
		if err != nil {
			t.Fatal(err)
		}
		sending.Go(func() {
			defer p.Close()
			for seq := uint64(1); p.Send(ctx, message(uint32(i), seq)) == nil; seq++ {
				acked[i] = seq
			}
		})
	}
	j := &journal{t: t, delivered: map[uint32]uint64{}, released: map[uint32]uint64{}}
	midClears, successions := 0, 0
	waiting := start(t, "receive", name)
	for range kills {
		victim := waiting
		if !victim.attached() {
			t.Fatal("a receiver ended by itself")
		}
		waiting = start(t, "receive", name) // it tries to attach while the victim is being killed
		time.Sleep(time.Duration(rand.Uint32N(4000)) * time.Microsecond)
		victim.kill()
		j.read(victim)
		midClears += victim.count(midClear)
		successions += victim.count(succeeded)
	}
	waiting.kill()
	j.read(waiting)
	c, err := attach(seg.Consumer)
	if err != nil {
		t.Fatal(err)
	}
	last := &child{notes: []note{}}
	go func() {
		time.Sleep(50 * time.Millisecond)
		cancel()
	}()
	for {
		drain, stop := context.WithTimeout(t.Context(), 30*time.Second)
		r, err := c.Next(drain)
		stop()
		if err != nil {
			t.Log("the end: ", err) // io.EOF: the senders have closed
			break
		}
		sender, seq, ok := identify(r.Payload)
		if !ok {
			sender = torn
		}
		last.notes = append(last.notes, note{got, sender, seq})
		c.Release()
		last.notes = append(last.notes, note{kind: released})
	}
	sending.Wait()
	j.read(last)
	total := uint64(0)
	for i, acked := range acked {
		if d := j.delivered[uint32(i)]; d != acked {
			t.Errorf("sender %d: %d acknowledged, %d delivered", i, acked, d)
		}
		total += acked
	}
	t.Logf("%v: %d kills, %d records, %d of them twice; clearings resumed %d, slots taken over from the dead %d",
		kind, kills+1, total, j.twice, midClears, successions)
	if midClears == 0 || successions == 0 {
		t.Error("a kind of recovery did not happen")
	}
}

// journal joins what successive receivers got.
type journal struct {
	t                   *testing.T
	delivered, released map[uint32]uint64 // last record by sender
	twice               int
}

func (j *journal) read(c *child) {
	pending := map[uint32]uint64{}
	fresh := map[uint32]bool{} // senders of whom this receiver has got something
	for _, n := range c.notes {
		switch n.kind {
		case got:
			if n.sender == torn {
				j.t.Error("torn")
				continue
			}
			due := j.delivered[n.sender] + 1
			if !fresh[n.sender] && n.seq < due && n.seq > j.released[n.sender] {
				j.twice += int(due - n.seq) // it had been delivered, but not released
				due = n.seq
			}
			if n.seq != due {
				j.t.Errorf("sender %d: record %d where %d was due, released was %d", n.sender, n.seq, due, j.released[n.sender])
			}
			fresh[n.sender] = true
			j.delivered[n.sender], pending[n.sender] = n.seq, n.seq
		case released:
			for sender, seq := range pending {
				j.released[sender] = seq
			}
		}
	}
}
