package shmring

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

func TestCloseIsACleanEndForThePeer(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		must(t, client.Send(soon(t), []byte("last words")))
		must(t, client.Close())
		if got, err := server.Recv(soon(t), nil); err != nil || string(got) != "last words" {
			t.Errorf("got %q, %v; want what was sent before the end", got, err)
		}
		for range 2 {
			if _, err := server.Recv(soon(t), nil); err != io.EOF {
				t.Errorf("Recv at the end: got %v, want io.EOF", err)
			}
		}
		eventually(t, "a send to a closed peer fails", func() bool {
			err := server.Send(soon(t), []byte("anybody?"))
			if err != nil && !errors.Is(err, ErrPeerClosed) {
				t.Fatalf("Send to a closed peer: got %v, want ErrPeerClosed", err)
			}
			return err != nil
		})
	})
}

func TestCloseUnblocksEveryCallOfThisSide(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		calls := map[string]func() error{
			"Recv":        func() error { _, err := client.Recv(soon(t), nil); return err },
			"RecvMessage": func() error { _, err := client.RecvMessage(soon(t)); return err },
			"RecvStream":  func() error { _, err := client.RecvStream(soon(t)); return err },
			"Send": func() error {
				for {
					if err := client.Send(soon(t), make([]byte, 1<<20)); err != nil {
						return err
					}
				}
			},
			"SendFrom": func() error {
				for {
					if err := client.SendFrom(soon(t), &counted{1 << 20}, 1<<20); err != nil {
						return err
					}
				}
			},
		}
		ended := make(chan error, len(calls))
		for _, call := range calls {
			go func() { ended <- call() }()
		}
		time.Sleep(5 * time.Millisecond) // usually long enough for all to be blocked
		must(t, client.Close())
		for range calls {
			want(t, "a blocked call", <-ended, ErrClosed)
		}
		for name, call := range calls {
			want(t, name+" after Close", call(), ErrClosed)
		}
		want(t, "CloseWrite after Close", client.CloseWrite(), ErrClosed)
		must(t, client.Close())
	})
}

func TestOneDirectionEndsWithoutTheOther(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		must(t, client.Send(soon(t), []byte("question")))
		must(t, client.CloseWrite())
		must(t, client.CloseWrite())
		want(t, "Send after CloseWrite", client.Send(soon(t), nil), ErrClosed)
		if got, err := server.Recv(soon(t), nil); err != nil || string(got) != "question" {
			t.Fatalf("got %q, %v", got, err)
		}
		if _, err := server.Recv(soon(t), nil); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		must(t, server.Send(soon(t), []byte("answer")))
		if got, err := client.Recv(soon(t), nil); err != nil || string(got) != "answer" {
			t.Errorf("got %q, %v; want the answer", got, err)
		}
	})
}

func TestSendAndRecvAllocateNothing(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		ctx := context.Background()
		for _, size := range []int{64, 4096, 100_000} {
			payload, buf := pattern(size, 1), make([]byte, 0, size)
			allocs := testing.AllocsPerRun(100, func() {
				if err := client.Send(ctx, payload); err != nil {
					t.Fatal(err)
				}
				var err error
				if buf, err = server.Recv(ctx, buf); err != nil || len(buf) != size {
					t.Fatalf("got %d bytes, %v", len(buf), err)
				}
			})
			if allocs >= 1 {
				t.Errorf("%d bytes: %v allocations a message, want none", size, allocs)
			}
		}
	})
}

func TestCloseDoesNotWaitForASourceThatHangs(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, _ := connect()
		source, feed := io.Pipe()
		sent := make(chan error, 1)
		go func() { sent <- client.SendFrom(soon(t), source, 1<<20) }()
		_, err := feed.Write(make([]byte, 1000)) // SendFrom has begun to read
		must(t, err)
		must(t, client.Close())
		go feed.Write(make([]byte, 1<<20))
		want(t, "SendFrom", <-sent, ErrClosed)
	})
}
