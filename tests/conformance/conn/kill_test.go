package conn_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// stamp makes b tell its number and, in every eighth byte after that, where it is.
func stamp(b []byte, number uint64) {
	binary.LittleEndian.PutUint64(b, number)
	for i := 8; i < len(b); i += 8 {
		b[i] = byte(number) + byte(i>>3)
	}
}

// check compares a received message with its stamp.
func check(b []byte, number uint64) error {
	if len(b) < 8 || binary.LittleEndian.Uint64(b) != number {
		return fmt.Errorf("message %d: got %d bytes beginning with % x", number, len(b), b[:min(len(b), 8)])
	}
	for i := 8; i < len(b); i += 8 {
		if b[i] != byte(number)+byte(i>>3) {
			return fmt.Errorf("message %d: byte %d of %d is %d", number, i, len(b), b[i])
		}
	}
	return nil
}

// kills is how often each transport's peer is killed: 25 times, or as SHMRING_TEST_KILLS says.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("SHMRING_TEST_KILLS"))
	if err != nil || n < 1 {
		n = 25
	}
	if testing.Short() {
		n = min(n, 5)
	}
	return n
}

// TestAKilledPeerIsNoticedOnEveryTransport kills the peer at random moments, from before its handshake into its
// stream of messages, while this side sends and receives. What had come whole must be right, then both
// calls must say that the peer died. The log has how long that took.
func TestAKilledPeerIsNoticedOnEveryTransport(t *testing.T) {
	for _, role := range []string{"busy ring", "busy socket"} {
		t.Run(strings.ReplaceAll(role, " ", "="), func(t *testing.T) {
			address := t.TempDir() + "/s"
			l, err := shmring.Listen("test", shmring.WithSocket(address))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			killOnce(t, l, role, address) // whatever is made once and kept
			files, routines, maps := open(t), runtime.NumGoroutine(), mappings(t)
			var took []time.Duration
			for range kills(t) {
				took = append(took, killOnce(t, l, role, address)...)
			}
			slices.Sort(took)
			if len(took) > 0 {
				t.Logf("%d calls were told after %v at the median, %v at the most", len(took), took[len(took)/2], took[len(took)-1])
			}
			for end := time.Now().Add(30 * time.Second); open(t) > files || runtime.NumGoroutine() > routines || mappings(t) > maps; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("left behind: %d descriptors, %d goroutines, %d mappings; there were %d, %d, %d",
						open(t), runtime.NumGoroutine(), mappings(t), files, routines, maps)
				}
			}
		})
	}
}

// killOnce returns how long after the death each call noticed it; nothing if the peer had not come so far.
func killOnce(t *testing.T, l *shmring.Listener, role, address string) (took []time.Duration) {
	t.Helper()
	cmd, _ := start(t, role, address)
	died := make(chan time.Time, 1)
	kill := func() {
		time.Sleep(time.Duration(rand.IntN(5_000)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		cmd.Wait()
		died <- time.Now()
	}
	if rand.IntN(4) == 0 { // anywhere in its start
		go kill()
		c, err := l.AcceptConn(quickly(t))
		<-died
		if err == nil {
			_, err = drain(t, c)
			if !errors.Is(err, shmring.ErrPeerDied) {
				t.Errorf("a peer killed early: got %v, want ErrPeerDied", err)
			}
			c.Close()
		}
		return nil
	}
	c, err := l.AcceptConn(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	type end struct {
		at  time.Time
		err error
	}
	sender := make(chan end, 1)
	go func() {
		payload := make([]byte, 1000)
		for {
			if err := c.Send(soon(t), payload); err != nil {
				sender <- end{time.Now(), err}
				return
			}
		}
	}()
	go kill()
	at, err := drain(t, c)
	ends := map[string]end{"receiver": {at, err}, "sender": <-sender}
	when := <-died
	for who, e := range ends {
		var d *shmring.PeerDiedError
		if !errors.As(e.err, &d) || d.PID != cmd.Process.Pid {
			t.Errorf("the %s got %v, want PeerDiedError with pid %d", who, e.err, cmd.Process.Pid)
		}
		took = append(took, max(0, e.at.Sub(when)))
	}
	return took
}

// drain receives until an error, and checks every message.
func drain(t *testing.T, c *shmring.Conn) (time.Time, error) {
	t.Helper()
	ctx := soon(t)
	var buf []byte
	for i := uint64(0); ; i++ {
		var err error
		if buf, err = c.Recv(ctx, buf); err != nil {
			if err == io.EOF {
				t.Error("a killed peer ended cleanly")
			}
			return time.Now(), err
		}
		if err := check(buf, i); err != nil {
			t.Error(err)
		}
	}
}
