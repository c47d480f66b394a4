package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/shmring/ipc/bench/requests"
	"github.com/shmring/ipc/examples/grpc/echo"
	"github.com/shmring/ipc/shmring"
)

// plain names the transport of a Unix socket of package net.
const plain = "plain"

// servePlain serves at a Unix socket until ctx ends.
func servePlain(ctx context.Context, socket string) error {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	srv := grpc.NewServer()
	echo.RegisterEchoServer(srv, echoer{})
	context.AfterFunc(ctx, srv.Stop)
	fmt.Fprintln(os.Stdout, "serving at", socket)
	return srv.Serve(l)
}

// BenchmarkUnary makes unary calls of 64 bytes to another process, on one connection.
//
//	go test -run '^$' -bench Unary -benchtime 20x
func BenchmarkUnary(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			ringSocket, _ := startServer(b, string(shmring.TransportRing))
			plainSocket, _ := startServer(b, plain)
			ring, err := dial(meeting, options(ringSocket, "")...)
			if err != nil {
				b.Fatal(err)
			}
			defer ring.Close()
			unix, err := grpc.NewClient("unix:"+plainSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				b.Fatal(err)
			}
			defer unix.Close()
			requests.Race(b, callers, max(2000/callers, 50),
				requests.Way{Name: "ring", Do: once(ring)}, requests.Way{Name: "unix", Do: once(unix)})
		})
	}
}

// once returns a function that makes one call.
func once(conn *grpc.ClientConn) func() error {
	client := echo.NewEchoClient(conn)
	m := &echo.Message{Number: 1, Payload: make([]byte, 64)}
	return func() error {
		got, err := client.Once(context.Background(), m)
		if err == nil && len(got.Payload) != len(m.Payload) {
			err = fmt.Errorf("got %d bytes, want %d", len(got.Payload), len(m.Payload))
		}
		return err
	}
}
