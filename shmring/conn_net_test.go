package shmring

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestAReadWakesForADeadlineThatIsMovedIntoThePast(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		c := client.NetConn()
		for range 20 {
			failed := make(chan error, 1)
			go func() { _, err := c.Read(make([]byte, 1)); failed <- err }()
			time.Sleep(time.Millisecond) // usually long enough for Read to sleep
			must(t, c.SetReadDeadline(time.Unix(1, 0)))
			if err := <-failed; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("got %v, want os.ErrDeadlineExceeded", err)
			}
			must(t, c.SetReadDeadline(time.Time{}))
		}
		must(t, server.Send(soon(t), []byte("m")))
		if n, err := c.Read(make([]byte, 9)); n != 1 || err != nil {
			t.Errorf("after the deadlines: %d bytes, %v", n, err)
		}
	})
}

func TestSetDeadlineAfterCloseIsOneError(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		c := client.NetConn()
		must(t, c.Close())
		for name, set := range map[string]func(time.Time) error{
			"SetDeadline": c.SetDeadline, "SetReadDeadline": c.SetReadDeadline, "SetWriteDeadline": c.SetWriteDeadline,
		} {
			err := set(time.Now())
			if op, ok := err.(*net.OpError); !ok || op.Op != "set" || !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: got %T %v, want one *net.OpError that is net.ErrClosed", name, err, err)
			}
		}
	})
}

func TestAWriteToAPeerThatIsGoneIsABrokenPipe(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		must(t, server.Close())
		c := client.NetConn()
		must(t, c.SetWriteDeadline(time.Now().Add(patience)))
		var err error
		for err == nil {
			_, err = c.Write(make([]byte, 1000))
		}
		want(t, "Write", err, syscall.EPIPE)
	})
	want(t, "the death of a peer", &PeerDiedError{Role: RolePeer}, syscall.ECONNRESET)
	if errors.Is(&PeerDiedError{Role: RoleProducer}, syscall.EPIPE) {
		t.Error("a ring on its own is no pipe")
	}
}
