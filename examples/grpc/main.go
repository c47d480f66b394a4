// Command grpc shows gRPC through shared memory: the server listens with shmring.Listen, the client dials
// with shmring.Dial, and nothing else of gRPC changes. It is a module of its own, so that programs which
// use shmring do not depend on gRPC. Two terminals, in this folder:
//
//	go run . serve
//	go run . call "hello"
//	go run . stream 100000
//
// The stubs in echo/ are made from echo/echo.proto by
//
//	protoc --go_out=. --go_opt=paths=source_relative --go-grpc_out=. --go-grpc_opt=paths=source_relative echo.proto
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/shmring/ipc/examples/grpc/echo"
)

// meeting is the name that both processes know.
const meeting = "example-grpc"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "grpc:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 1 && args[0] == "serve" {
		return serve(ctx, meeting, out)
	}
	if len(args) != 2 || args[0] != "call" && args[0] != "stream" {
		return fmt.Errorf("got the arguments %q, want serve, call TEXT or stream COUNT", args)
	}
	conn, err := dial(meeting)
	if err != nil {
		return err
	}
	defer conn.Close()
	client := echo.NewEchoClient(conn)
	if args[0] == "call" {
		reply, err := client.Once(ctx, &echo.Message{Payload: []byte(args[1])})
		if err == nil {
			fmt.Fprintf(out, "%s\n", reply.Payload)
		}
		return err
	}
	count, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := stream(ctx, client, count, 64); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d messages there and back in %v\n", count, time.Since(start).Round(time.Millisecond))
	return nil
}
