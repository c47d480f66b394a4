// Command http shows that programs which speak net.Conn need no change to run through shared memory: a
// server of net/http behind a shmring.Listener, and its client with a shmring.Dial. Two terminals:
//
//	go run ./examples/http serve
//	go run ./examples/http get /hello
//
// All of it is in server.go and client.go, a dozen lines each. The two meet by name; where they cannot share
// memory, the same requests travel on the socket.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// meeting is the name that both processes know.
const meeting = "example-http"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve(ctx, meeting, out)
	case len(args) == 2 && args[0] == "get":
		return get(ctx, newClient(meeting), args[1], out)
	}
	return fmt.Errorf("got the arguments %q, want serve or get PATH", args)
}
