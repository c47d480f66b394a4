package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/shmring/ipc/examples/grpc/echo"
	"github.com/shmring/ipc/shmring"
)

// serve answers calls at name until ctx ends, then finishes those under way.
func serve(ctx context.Context, name string, out io.Writer, opts ...shmring.Option) error {
	l, err := shmring.Listen(name, opts...)
	if err != nil {
		return err
	}
	srv := grpc.NewServer()
	echo.RegisterEchoServer(srv, echoer{})
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	fmt.Fprintln(out, "serving at", l.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	impatience := time.AfterFunc(5*time.Second, srv.Stop)
	defer impatience.Stop()
	srv.GracefulStop() // closes l
	return <-ended
}

// echoer sends back what it gets.
type echoer struct{ echo.UnimplementedEchoServer }

func (echoer) Once(_ context.Context, m *echo.Message) (*echo.Message, error) { return m, nil }

func (echoer) Stream(s echo.Echo_StreamServer) error {
	for {
		m, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = s.Send(m)
		}
		if err != nil {
			return err
		}
	}
}
