package shmring

import (
	"errors"
	"os"
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
