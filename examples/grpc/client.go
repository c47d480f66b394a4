package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/shmring/ipc/examples/grpc/echo"
	"github.com/shmring/ipc/shmring"
)

// dial returns a connection to the server at name. No secrets are needed on the way: the kernel has told
// both ends who the other is, and the memory between them has no name.
func dial(name string, opts ...shmring.Option) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+name,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, name string) (net.Conn, error) {
			c, err := shmring.Dial(ctx, name, opts...)
			if err != nil {
				return nil, err
			}
			return c.NetConn(), nil
		}))
}

// stream sends count messages of size bytes, receives them at the same time, and checks their order and
// content.
func stream(ctx context.Context, client echo.EchoClient, count uint64, size int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := client.Stream(ctx)
	if err != nil {
		return err
	}
	payload := bytes.Repeat([]byte{'m'}, size)
	sent := make(chan error, 1)
	go func() {
		for i := range count {
			if err := s.Send(&echo.Message{Number: i, Payload: payload}); err != nil {
				sent <- err
				return
			}
		}
		sent <- s.CloseSend()
	}()
	for i := range count {
		m, err := s.Recv()
		if err != nil {
			return fmt.Errorf("message %d of %d: %w", i, count, err)
		}
		if m.Number != i || !bytes.Equal(m.Payload, payload) {
			return fmt.Errorf("message %d came as %d with %d bytes, want %d", i, m.Number, len(m.Payload), size)
		}
	}
	if err := <-sent; err != nil {
		return err
	}
	if _, err := s.Recv(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after the last message came %v, want io.EOF", err)
	}
	return nil
}
