//go:build linux && shmring_hooks

package crash

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// listener counts what a segment logs.
type listener struct {
	claims, gaps, deaths, successions atomic.Int64
}

func (l *listener) Enabled(context.Context, slog.Level) bool { return true }
func (l *listener) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *listener) WithGroup(string) slog.Handler            { return l }
func (l *listener) Handle(_ context.Context, r slog.Record) error {
	switch {
	case strings.Contains(r.Message, "repaired"):
		r.Attrs(func(a slog.Attr) bool {
			switch a.Key {
			case "claims":
				l.claims.Add(a.Value.Int64())
			case "gaps":
				l.gaps.Add(a.Value.Int64())
			}
			return true
		})
	case strings.Contains(r.Message, "took over"):
		l.successions.Add(1)
	case strings.Contains(r.Message, "died"):
		l.deaths.Add(1)
	}
	return nil
}

// send is a child that sends for ever, slowly.
func send(name string) error {
	s := sabotage()
	l := &listener{}
	seg, err := shmring.Open(name, shmring.WithLogger(slog.New(l)))
	if err != nil {
		return err
	}
	s.slow.Store(true)
	p, err := attach(seg.Producer)
	if err != nil {
		return err
	}
	tell(ready, 0, 0)
	if s.dirty.Load() > 0 {
		tell(tornTail, 0, 0)
	}
	if l.successions.Load() > 0 {
		tell(succeeded, 0, 0)
	}
	sender := uint32(number(senderKey))
	for seq := uint64(1); ; seq++ {
		if err := p.Send(context.Background(), message(sender, seq)); err != nil {
			return err
		}
		tell(sent, sender, seq)
	}
}

// audit is a consumer in this process that holds what it gets against what senders may send.
type audit struct {
	t    *testing.T
	last map[uint32]uint64 // by sender
}

func (a *audit) take(b []byte) (sender uint32) {
	sender, seq, ok := identify(b)
	if !ok {
		a.t.Errorf("torn: %d bytes, %x", len(b), b)
	} else if want := a.last[sender] + 1; seq != want {
		a.t.Errorf("sender %d: record %d where %d was due", sender, seq, want)
	}
	a.last[sender] = seq
	return sender
}

const undertaker = 1<<32 - 1 // the sender that comes last

func TestSendersKilledAtRandom(t *testing.T) {
	kills := 150
	if long() {
		kills = 2600
	}
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		t.Run(kind.String(), func(t *testing.T) { killSenders(t, kind, kills) })
	}
}

func killSenders(t *testing.T, kind shmring.Kind, kills int) {
	l := &listener{}
	seg, name := segment(t, kind, 4, shmring.WithCapacity(4096),
		shmring.WithFollow(), shmring.WithLogger(slog.New(l)))
	c, err := seg.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	a := &audit{t, map[uint32]uint64{}}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for b := []byte(nil); ; {
			if b, err = c.Recv(t.Context(), b); err != nil {
				t.Error(err)
				return
			}
			if a.take(b) == undertaker {
				return
			}
		}
	}()
	var all []*child
	one := func() *child {
		ch := start(t, "send", name, senderKey+"="+decimal(len(all)))
		all = append(all, ch)
		return ch
	}
	width := 1
	if kind == shmring.MPSC {
		width = 3
	}
	alive := []*child{one()}
	for range kills {
		for len(alive) <= width {
			if !alive[0].attached() {
				t.Fatal("a sender ended by itself")
			}
			alive = append(alive, one()) // in an SPSC ring it tries to attach while the victim is being killed
		}
		victim := alive[0]
		alive = alive[1:]
		time.Sleep(time.Duration(rand.Uint32N(4000)) * time.Microsecond)
		victim.kill()
	}
	for _, ch := range alive {
		ch.kill()
	}
	p, err := attach(seg.Producer)
	if err != nil {
		t.Fatal("after all kills nobody can attach: ", err)
	}
	if err := p.Send(t.Context(), message(undertaker, 1)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-drained:
	case <-time.After(30 * time.Second):
		t.Fatalf("the ring is wedged: %+v", seg.Stats())
	}
	records, torn, successions := uint64(0), 0, 0
	for sender, ch := range all {
		acked, delivered := ch.last(sent), a.last[uint32(sender)]
		if delivered < acked || delivered > acked+1 {
			t.Errorf("sender %d: %d acknowledged, %d delivered", sender, acked, delivered)
		}
		records += delivered
		torn += ch.count(tornTail)
		successions += ch.count(succeeded)
	}
	checkStats(t, seg.Stats(), records+1, uint64(kills+len(alive)), uint64(l.claims.Load()+l.gaps.Load()))
	t.Logf("%v: %d kills, %d records; claims padded %d, gaps padded %d, torn tails adopted %d, slots taken over from the dead %d, deaths noticed %d",
		kind, kills, records, l.claims.Load(), l.gaps.Load(), torn, successions, l.deaths.Load())
	if kind == shmring.MPSC {
		if l.claims.Load() == 0 || l.gaps.Load() == 0 {
			t.Error("a kind of recovery did not happen")
		}
	} else if torn == 0 {
		t.Error("no torn tail was adopted")
	}
	if successions == 0 {
		t.Error("no slot was taken over from the dead")
	}
}

// checkStats holds the counters against what is known: the consumer was not killed, so it counted right; each
// kill may have come before its sender had counted its last record.
func checkStats(t *testing.T, st shmring.Stats, records, kills, repairs uint64) {
	t.Helper()
	if st.Received != records || st.Recovered != repairs || st.Corrupt != 0 {
		t.Errorf("received %d of %d, recovered %d of %d, corrupt %d", st.Received, records, st.Recovered, repairs, st.Corrupt)
	}
	if st.Sent > records || st.Sent+kills < records {
		t.Errorf("sent %d, received %d after %d kills", st.Sent, records, kills)
	}
	if st.Used > st.Capacity || st.HighWater > st.Capacity || st.HighWater == 0 || st.Deaths == 0 || st.Deaths > 2*kills {
		t.Errorf("implausible: %+v", st)
	}
}
