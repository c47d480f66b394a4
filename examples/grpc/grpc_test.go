package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/shmring/ipc/examples/grpc/echo"
	"github.com/shmring/ipc/shmring"
)

// The server is a process of its own: this test binary, started again with its socket in the environment.
const (
	socketVar    = "SHMRING_EXAMPLE_GRPC_SOCKET"
	transportVar = "SHMRING_EXAMPLE_GRPC_TRANSPORT"
)

func TestMain(m *testing.M) {
	if os.Getenv(socketVar) == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child serves until standard input ends.
func child() error {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	socket, kind := os.Getenv(socketVar), os.Getenv(transportVar)
	if kind == plain {
		return servePlain(ctx, socket)
	}
	return serve(ctx, meeting, os.Stdout, options(socket, kind)...)
}

func options(socket, kind string) []shmring.Option {
	opts := []shmring.Option{shmring.WithSocket(socket)}
	if kind == string(shmring.TransportSocket) {
		opts = append(opts, shmring.WithSocketOnly())
	}
	return opts
}

// startServer starts a server in another process and returns its socket. kill ends it at once.
func startServer(tb testing.TB, kind string) (socket string, kill func()) {
	tb.Helper()
	socket = filepath.Join(tb.TempDir(), "s")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), socketVar+"="+socket, transportVar+"="+kind)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	killed := false
	tb.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil && !killed {
			tb.Errorf("the server: %v", err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		tb.Fatalf("the server said %q: %v", line, err)
	}
	return socket, func() {
		killed = true
		if err := cmd.Process.Kill(); err != nil {
			tb.Error(err)
		}
	}
}

// eachTransport runs test with a server in another process, over rings and over the socket.
func eachTransport(t *testing.T, test func(t *testing.T, client echo.EchoClient, kill func())) {
	for _, kind := range []shmring.TransportKind{shmring.TransportRing, shmring.TransportSocket} {
		t.Run(string(kind), func(t *testing.T) {
			socket, kill := startServer(t, string(kind))
			opts := options(socket, string(kind))
			probe, err := shmring.Dial(t.Context(), meeting, opts...)
			if err != nil {
				t.Fatal(err)
			}
			got := probe.Transport()
			if err := probe.Close(); err != nil {
				t.Error(err)
			}
			if got.Kind != kind {
				t.Skipf("connections take the %q transport here: %s", got, got.Reason)
			}
			conn, err := dial(meeting, opts...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			test(t, echo.NewEchoClient(conn), kill)
		})
	}
}

func TestUnaryCallsOfAnyLengthAreAnsweredByAnotherProcess(t *testing.T) {
	eachTransport(t, func(t *testing.T, client echo.EchoClient, _ func()) {
		for i, size := range []int{0, 1, 64, 16 << 10, 1 << 20, 3 << 20} {
			want := bytes.Repeat([]byte{byte(i)}, size)
			got, err := client.Once(t.Context(), &echo.Message{Number: uint64(i), Payload: want})
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if got.Number != uint64(i) || !bytes.Equal(got.Payload, want) {
				t.Errorf("sent were number %d and %d bytes, back came number %d and %d bytes, or others", i, size, got.Number, len(got.Payload))
			}
		}
	})
}

func TestAStreamKeepsItsOrderInBothDirections(t *testing.T) {
	for _, size := range []int{0, 100, 100_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			eachTransport(t, func(t *testing.T, client echo.EchoClient, _ func()) {
				if err := stream(t.Context(), client, 2000, size); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestManyStreamsShareOneConnection(t *testing.T) {
	eachTransport(t, func(t *testing.T, client echo.EchoClient, _ func()) {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				if err := stream(t.Context(), client, 200, 10*i); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestACallEndsWithItsDeadline(t *testing.T) {
	eachTransport(t, func(t *testing.T, client echo.EchoClient, _ func()) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		s, err := client.Stream(ctx)
		if err == nil {
			_, err = s.Recv() // nothing was sent
		}
		if status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
	})
}

func TestCallsOfAServerThatIsKilledFail(t *testing.T) {
	eachTransport(t, func(t *testing.T, client echo.EchoClient, kill func()) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		s, err := client.Stream(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(&echo.Message{Number: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Recv(); err != nil {
			t.Fatal(err)
		}
		kill()
		if _, err := s.Recv(); status.Code(err) != codes.Unavailable {
			t.Errorf("got %v, want Unavailable", err)
		}
	})
}
