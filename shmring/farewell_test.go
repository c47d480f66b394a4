package shmring

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

const farewellSize = 50_000

// received holds what comes against so many messages, up to the end.
func received(t *testing.T, c *Conn, sent int) {
	t.Helper()
	var buf []byte
	var err error
	for i := range sent {
		if buf, err = c.Recv(soon(t), buf); err != nil || string(buf) != string(pattern(farewellSize, uint64(i))) {
			t.Fatalf("message %d of %d: got %d bytes, %v", i, sent, len(buf), err)
		}
	}
	_, err = c.Recv(soon(t), nil)
	want(t, "the end", err, io.EOF)
}

// A TCP connection that is closed before everything was read is reset by the system, which forgets what it has
// still to send.
func TestCloseWithUnreadMessagesKeepsWhatWasSent(t *testing.T) {
	client, server := roads["tcp"](t)
	must(t, client.carrier.(*socketTransport).conn.(*net.TCPConn).SetWriteBuffer(1<<20))
	must(t, server.Send(soon(t), []byte("nobody reads this")))
	const sent = 5 // more than the peer's system takes from ours before somebody reads
	for i := range sent {
		must(t, client.Send(soon(t), pattern(farewellSize, uint64(i))))
	}
	must(t, client.Close())
	received(t, server, sent)
}

func TestCloseWaitsForAMessageThatOutlivedItsContext(t *testing.T) {
	for _, road := range []string{"socket", "tcp"} {
		t.Run(road, func(t *testing.T) {
			client, server := roads[road](t)
			sent := 0
			for err := error(nil); err == nil; { // the last one is cut, and counts as sent
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				err = client.Send(ctx, pattern(farewellSize, uint64(sent)))
				cancel()
				if err == nil {
					sent++
				} else if !errors.Is(err, context.DeadlineExceeded) || sent > 1000 {
					t.Fatalf("after %d messages: %v", sent, err)
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- client.Close() }()
			received(t, server, sent)
			must(t, <-closed)
		})
	}
}
