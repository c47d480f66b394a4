package conn_test

import (
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/shmring/ipc/shmring"
)

// pairs are the ways in which two net.Conns of one process are connected.
var pairs = map[string]func(opts ...shmring.Option) (a, b *shmring.Conn, err error){
	"transport=ring":   connected(shmring.TransportRing),
	"transport=socket": connected(shmring.TransportSocket, shmring.WithSocketOnly()),
	"transport=tcp":    connected(shmring.TransportSocket, shmring.WithSocket("127.0.0.1:0")),
	"transport=heap":   shmring.Pipe,
}

func connected(kind shmring.TransportKind, extra ...shmring.Option) func(...shmring.Option) (*shmring.Conn, *shmring.Conn, error) {
	return func(opts ...shmring.Option) (a, b *shmring.Conn, err error) {
		opts = append(append([]shmring.Option{shmring.WithSocket("@shmring-" + time.Now().Format("150405.000000000"))}, opts...), extra...)
		l, err := shmring.Listen("nettest", opts...)
		if err != nil {
			return nil, nil, err
		}
		defer l.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if a, err = shmring.Dial(ctx, "nettest", append(opts, shmring.WithSocket(l.Addr().String()))...); err != nil {
			return nil, nil, err
		}
		if b, err = l.AcceptConn(ctx); err != nil {
			a.Close()
			return nil, nil, err
		}
		if a.Transport().Kind != kind {
			panic("the connection takes the " + a.Transport().String() + ": " + a.Transport().Reason)
		}
		return a, b, nil
	}
}

func TestNettestPassesInOneProcess(t *testing.T) {
	for name, connect := range pairs {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
				a, b, err := connect()
				if err != nil {
					return nil, nil, nil, err
				}
				return a.NetConn(), b.NetConn(), func() {
					a.Close()
					b.Close()
				}, nil
			})
		})
	}
}
