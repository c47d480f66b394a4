//go:build linux && shmring_hooks

package crash

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// A producer that is stopped is slow, not dead: the consumer waits for it, says so, and nothing is lost.
func TestSenderStoppedAtEverySharedAccess(t *testing.T) {
	blocked, n := 0, 1
	for ; !t.Failed(); n++ {
		held, alive := stopAt(t, n)
		if held {
			blocked++
		}
		if alive {
			break
		}
	}
	t.Logf("%d accesses, %d of them inside a claim", n-1, blocked)
	if blocked == 0 {
		t.Error("no stop was inside a claim")
	}
}

// stopAt has a child stopped before its nth access, and reports whether the consumer waited for it and whether
// it needed fewer.
func stopAt(t *testing.T, n int) (held, alive bool) {
	seg, name := segment(t, shmring.MPSC, 3, shmring.WithCapacity(4096))
	c, err := seg.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	p, err := seg.Producer()
	if err != nil {
		t.Fatal(err)
	}
	ch := start(t, "stopped", name, wayKey+"="+plainSend, fmt.Sprint(nthKey, "=", n), senderKey+"=1")
	receiveBulk(t, c, prelude(plainSend))
	if !ch.attached() {
		t.Fatal("the child ended by itself")
	}
	ch.stdin.Write([]byte{1})
	alive = !stopped(t, ch)
	if err := p.Send(t.Context(), message(9, 1)); err != nil { // behind the claim, if there is one
		t.Fatal(err)
	}
	var order []uint32
	take := func(ctx context.Context) error {
		b, err := c.Recv(ctx, nil)
		if err == nil {
			sender, _, ok := identify(b)
			if !ok {
				t.Errorf("torn: %x", b)
			}
			order = append(order, sender)
		}
		return err
	}
	brief, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	for len(order) < 2 && err == nil {
		err = take(brief)
	}
	cancel()
	if b := seg.Stats().Blocked; b != nil {
		held = true
		if b.PID != ch.cmd.Process.Pid || b.State != "stopped" {
			t.Errorf("before access %d: blocked by %v, the child is %d", n, b, ch.cmd.Process.Pid)
		}
		var wait *shmring.WaitError
		if !errors.As(err, &wait) || wait.Peer == "" {
			t.Errorf("before access %d: the error does not name who is in the way: %v", n, err)
		}
		if len(order) != 0 {
			t.Errorf("before access %d: records %v overtook an open claim", n, order)
		}
	}
	ch.cmd.Process.Signal(syscall.SIGCONT)
	long, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for len(order) < 2 {
		if err := take(long); err != nil {
			t.Fatalf("before access %d: %v; %+v", n, err, seg.Stats())
		}
	}
	if held && order[0] != 1 {
		t.Errorf("before access %d: delivered in order %v", n, order)
	}
	ch.stdin.Close()
	ch.wait()
	if ch.last(sent) != 1 {
		t.Error("the child did not finish its send")
	}
	seg.Close()
	shmring.Remove(name)
	return held, alive
}

// stopped waits until the child has stopped, or has sent, which it did not stop in then.
func stopped(t *testing.T, ch *child) bool {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(ch.cmd.Process.Pid, &status, syscall.WUNTRACED|syscall.WNOHANG, nil)
		if err != nil {
			t.Fatal(err)
		}
		if pid != 0 && status.Stopped() {
			return true
		}
		select {
		case n, ok := <-ch.live:
			if !ok || n.kind == sent {
				return false
			}
		case <-time.After(200 * time.Microsecond):
		}
	}
}
