//go:build linux && shmring_hooks

package crash

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/shmring/ipc/shmring"
)

// The ways of sending that are interrupted at every shared access.
const (
	plainSend   = "send"
	wrappedSend = "wrapped" // the record must skip the end of the ring
	batchSend   = "batch"   // of three
	reservation = "reserve" // and CommitN of less
)

// prelude is how many records a child sends before the one that counts.
func prelude(way string) uint64 {
	if way == wrappedSend {
		return 4
	}
	return 2
}

// interrupted is a child that sends its prelude, waits for a byte, and then sends in the given way, with
// something terrible before its nth access.
func interrupted(name string) error {
	s := sabotage()
	seg, err := shmring.Open(name)
	if err != nil {
		return err
	}
	p, err := seg.Producer()
	if err != nil {
		return err
	}
	way, sender, ctx := os.Getenv(wayKey), uint32(number(senderKey)), context.Background()
	for range prelude(way) {
		if err := p.Send(ctx, bulk()); err != nil {
			return err
		}
	}
	tell(ready, 0, 0)
	if os.Getenv(roleKey) == "stopped" {
		s.deed = syscall.SIGSTOP
	}
	os.Stdin.Read(make([]byte, 1))
	s.left.Store(int64(number(nthKey)))
	n := uint64(1)
	switch way {
	case batchSend:
		n = 3
		_, err = p.SendBatch(ctx, [][]byte{message(sender, 1), message(sender, 2), message(sender, 3)})
	case reservation:
		var r shmring.Reservation
		b := message(sender, 1)
		if r, err = p.Reserve(ctx, len(b)+24); err == nil {
			shmring.WriteWords(r.Bytes(), b)
			err = r.CommitN(len(b))
		}
	default:
		err = p.Send(ctx, message(sender, 1))
	}
	left := s.left.Load()
	if err != nil {
		return err
	}
	tell(sent, sender, n)
	if left > 0 { // the send has fewer accesses
		tell(done, 0, 0)
	}
	os.Stdin.Read(make([]byte, 1))
	return nil
}

func TestSenderKilledAtEverySharedAccess(t *testing.T) {
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		for _, way := range []string{plainSend, wrappedSend, batchSend, reservation} {
			t.Run(kind.String()+"/"+way, func(t *testing.T) {
				n, delivered := 1, 0
				for ; ; n++ {
					got, alive := killAt(t, kind, way, n)
					if got < delivered {
						t.Errorf("killed before access %d it delivers %d records, one access earlier %d", n, got, delivered)
					}
					delivered = got
					if alive || t.Failed() {
						break
					}
				}
				t.Logf("%d accesses", n-1)
				if n < 5 || delivered == 0 {
					t.Errorf("%d accesses and %d records: the send was not seen", n-1, delivered)
				}
			})
		}
	}
}

// killAt has a child killed before its nth access, and reports how many records of it arrived and whether it
// needed fewer.
func killAt(t *testing.T, kind shmring.Kind, way string, n int) (delivered int, alive bool) {
	t.Helper()
	seg, name := segment(t, kind, 3, shmring.WithCapacity(4096), shmring.WithMaxRecord(2048))
	c, err := seg.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	ch := start(t, "interrupted", name, wayKey+"="+way, fmt.Sprint(nthKey, "=", n), senderKey+"=1")
	receiveBulk(t, c, prelude(way))
	if !ch.attached() {
		t.Fatal("the child ended by itself")
	}
	ch.stdin.Write([]byte{1})
	ch.stdin.Close()
	ch.wait()
	delivered = rest(t, seg, c)
	if acked := int(ch.last(sent)); delivered < acked {
		t.Errorf("%d records acknowledged, %d delivered", acked, delivered)
	}
	if way == batchSend && delivered != 0 && delivered != 3 {
		t.Errorf("%d records of one publication of 3", delivered)
	}
	seg.Close()
	shmring.Remove(name)
	return delivered, ch.count(done) > 0
}

// taking is a child that takes records two by two, with something terrible before its nth access.
func taking(name string) error {
	s := sabotage()
	seg, err := shmring.Open(name)
	if err != nil {
		return err
	}
	s.left.Store(int64(number(nthKey)))
	c, err := seg.Consumer()
	if err != nil {
		return err
	}
	for n := uint64(1); ; n++ {
		r, err := c.TryNext()
		if err != nil {
			break
		}
		sender, seq, ok := identify(r.Payload)
		if !ok {
			sender = torn
		}
		tell(got, sender, seq)
		if n%2 == 0 {
			c.Release()
			tell(released, 0, 0)
		}
	}
	if s.left.Load() > 0 {
		tell(done, 0, 0)
	}
	return nil
}

func TestReceiverKilledAtEverySharedAccess(t *testing.T) {
	stride := 7
	if long() {
		stride = 1
	}
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			const records = 30 // about 3 KiB of the ring's 4
			n := 1
			for ; !t.Failed(); n += stride {
				seg, name := segment(t, kind, 3, shmring.WithCapacity(4096))
				p, err := seg.Producer()
				if err != nil {
					t.Fatal(err)
				}
				for seq := uint64(1); seq <= records; seq++ {
					if err := p.TrySend(message(1, seq)); err != nil {
						t.Fatal(err)
					}
				}
				j := &journal{t: t, delivered: map[uint32]uint64{}, released: map[uint32]uint64{}}
				ch := start(t, "taking", name, fmt.Sprint(nthKey, "=", n))
				ch.wait()
				j.read(ch)
				c, err := seg.Consumer()
				if err != nil {
					t.Fatal(err)
				}
				heir := &child{}
				for {
					b, err := c.TryRecv(nil)
					if err != nil {
						break
					}
					sender, seq, ok := identify(b)
					if !ok {
						sender = torn
					}
					heir.notes = append(heir.notes, note{got, sender, seq})
				}
				j.read(heir)
				if j.delivered[1] != records {
					t.Errorf("killed before access %d: %d records of %d", n, j.delivered[1], records)
				}
				p.Close()
				rest(t, seg, c)
				seg.Close()
				shmring.Remove(name)
				if ch.count(done) > 0 {
					break
				}
			}
			t.Logf("%d accesses, killed before each %d", n-1, stride)
		})
	}
}
