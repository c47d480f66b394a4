package shmring

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
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

func TestCloseWriteInterruptsASenderThatWaitsForSpace(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		for name, write := range map[string]func(c *Conn) error{
			"Send": func(c *Conn) error { return c.Send(soon(t), pattern(closeTestSize, 0)) },
			"Write": func(c *Conn) error {
				n, err := c.NetConn().Write(make([]byte, 16<<20))
				if err == nil {
					t.Error("a net.Conn took 16 MiB that nobody reads")
				}
				var op *net.OpError
				if !errors.As(err, &op) || n == 16<<20 {
					t.Errorf("Write returned %d, %v", n, err)
				}
				return err
			},
		} {
			client, server := connect()
			ended := make(chan error, 1)
			go func() {
				var err error
				for err == nil {
					err = write(client)
				}
				ended <- err
			}()
			time.Sleep(20 * time.Millisecond) // usually long enough for it to wait
			start := time.Now()
			must(t, client.CloseWrite())
			want(t, name, <-ended, ErrClosed)
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: that took %v", name, took)
			}
			var err error
			for err == nil {
				_, err = server.Recv(soon(t), nil)
			}
			want(t, "the end", err, io.EOF)
			must(t, server.Send(soon(t), []byte("answer")))
			if got, err := client.Recv(soon(t), nil); err != nil || string(got) != "answer" {
				t.Errorf("the other direction: got %q, %v", got, err)
			}
		}
	})
}

func TestCloseReturnsAlthoughNobodyReads(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		c := client.NetConn()
		must(t, c.SetWriteDeadline(time.Now().Add(20*time.Millisecond)))
		if _, err := c.Write(make([]byte, 16<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v, want os.ErrDeadlineExceeded", err)
		}
		start := time.Now()
		must(t, c.Close())
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("Close took %v", took)
		}
	})
}
