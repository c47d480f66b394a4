package shmring

import (
	"context"
	"fmt"
	"io"
	"testing"
)

// transports are the ways in which a test connects two ends of a connection.
var transports = map[string]func(t testing.TB, opts ...Option) (*Conn, *Conn){
	"ring":   func(t testing.TB, opts ...Option) (*Conn, *Conn) { return dialed(t, opts...) },
	"socket": func(t testing.TB, opts ...Option) (*Conn, *Conn) { return dialed(t, append(opts, WithSocketOnly())...) },
	"tcp": func(t testing.TB, opts ...Option) (*Conn, *Conn) {
		return dialed(t, append(opts, WithSocket("127.0.0.1:0"))...)
	},
	"heap": func(t testing.TB, opts ...Option) (*Conn, *Conn) {
		a, b, err := Pipe(opts...)
		must(t, err)
		return bothClosed(t, a, b)
	},
}

// onEveryTransport runs a test over each of them.
func onEveryTransport(t *testing.T, test func(t *testing.T, connect func(opts ...Option) (client, server *Conn))) {
	for name, connect := range transports {
		t.Run(name, func(t *testing.T) {
			test(t, func(opts ...Option) (*Conn, *Conn) { return connect(t, opts...) })
		})
	}
}

func dialed(t testing.TB, opts ...Option) (client, server *Conn) {
	t.Helper()
	opts = append([]Option{WithDir(memoryDir(t))}, opts...)
	l, err := Listen("meet", opts...)
	must(t, err)
	defer l.Close()
	if l.Addr().Network() == "tcp" {
		opts = append(opts, WithSocket(l.Addr().String()))
	}
	client, err = Dial(soon(t), "meet", opts...)
	must(t, err)
	server, err = l.AcceptConn(soon(t))
	must(t, err)
	return bothClosed(t, client, server)
}

func bothClosed(t testing.TB, a, b *Conn) (*Conn, *Conn) {
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, b
}

func TestMessagesArriveWholeAndInOrderBothWays(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		sizes := []int{0, 1, 7, 64, 4096, 32 << 10, 128<<10 - 16, 128 << 10, 1 << 20, 3<<20 + 5, 0, 9}
		for _, way := range []struct{ from, to *Conn }{{client, server}, {server, client}} {
			failed := make(chan error, 1)
			go func() {
				for i, n := range sizes {
					if err := way.from.Send(soon(t), pattern(n, uint64(i))); err != nil {
						failed <- fmt.Errorf("message %d: %w", i, err)
						return
					}
				}
				failed <- way.from.CloseWrite()
			}()
			var buf []byte
			for i, n := range sizes {
				var err error
				buf, err = way.to.Recv(soon(t), buf)
				must(t, err)
				if string(buf) != string(pattern(n, uint64(i))) {
					t.Fatalf("message %d of %d bytes: got %d other bytes", i, n, len(buf))
				}
			}
			if _, err := way.to.Recv(soon(t), nil); err != io.EOF {
				t.Errorf("at the end: got %v, want io.EOF", err)
			}
			must(t, <-failed)
		}
		_ = context.Background
	})
}
