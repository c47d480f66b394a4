package shmring

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

const closeTestSize = 50_000

// received holds what comes against so many messages, up to the end.
func received(t *testing.T, c *Conn, sent int) {
	t.Helper()
	var buf []byte
	var err error
	for i := range sent {
		if buf, err = c.Recv(soon(t), buf); err != nil || string(buf) != string(pattern(closeTestSize, uint64(i))) {
			t.Fatalf("message %d of %d: got %d bytes, %v", i, sent, len(buf), err)
		}
	}
	_, err = c.Recv(soon(t), nil)
	want(t, "the end", err, io.EOF)
}

func TestCloseWaitsForAMessageThatOutlivedItsContext(t *testing.T) {
	for _, kind := range []string{"socket", "tcp"} {
		t.Run(kind, func(t *testing.T) {
			client, server := transports[kind](t)
			sent := 0
			for err := error(nil); err == nil; { // the last one is cut, and counts as sent
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				err = client.Send(ctx, pattern(closeTestSize, uint64(sent)))
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
