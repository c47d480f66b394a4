package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// The server is a process of its own: this test binary, started again with its socket in the environment.
const (
	socketVar    = "SHMRING_EXAMPLE_HTTP_SOCKET"
	transportVar = "SHMRING_EXAMPLE_HTTP_TRANSPORT"
)

func TestMain(m *testing.M) {
	if os.Getenv(socketVar) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child serves until standard input ends.
func child() error {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return serve(ctx, meeting, os.Stdout, options(os.Getenv(socketVar), shmring.TransportKind(os.Getenv(transportVar)))...)
}

func options(socket string, kind shmring.TransportKind) []shmring.Option {
	opts := []shmring.Option{shmring.WithSocket(socket)}
	if kind == shmring.TransportSocket {
		opts = append(opts, shmring.WithSocketOnly())
	}
	return opts
}

// server is a running child.
type server struct {
	*http.Client
	cmd *exec.Cmd
}

// startServer starts a server whose clients take the given transport.
func startServer(t *testing.T, kind shmring.TransportKind) *server {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), socketVar+"="+socket, transportVar+"="+string(kind))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{Client: newClient(meeting, options(socket, kind)...), cmd: cmd}
	t.Cleanup(func() {
		s.CloseIdleConnections()
		in.Close()
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !(errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL) {
			t.Errorf("the server: %v", err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the server said %q: %v", line, err)
	}
	c, err := shmring.Dial(t.Context(), meeting, options(socket, kind)...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.Transport(); got.Kind != kind {
		t.Skipf("connections take the kind %q here: %s", got, got.Reason)
	}
	return s
}

func eachRoad(t *testing.T, test func(*testing.T, *server)) {
	for _, kind := range []shmring.TransportKind{shmring.TransportRing, shmring.TransportSocket} {
		t.Run(string(kind), func(t *testing.T) { test(t, startServer(t, kind)) })
	}
}

func TestARequestIsAnsweredByAnotherProcess(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		var out bytes.Buffer
		if err := get(t.Context(), s.Client, "/hello", &out); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), "hello through shared memory\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAMissingPageIsAnError(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		if err := get(t.Context(), s.Client, "/nothing", io.Discard); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("got %v, want 404", err)
		}
	})
}

// Much more than the ring holds goes both ways at once.
func TestALargeBodyComesBackUnchanged(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		const size = 64 << 20
		sent, got := sha256.New(), sha256.New()
		body := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), sent)
		resp, err := s.Post("http://shmring/echo", "application/octet-stream", body)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		n, err := io.Copy(got, resp.Body)
		if err != nil || n != size {
			t.Fatalf("got %d bytes and %v, want %d", n, err, size)
		}
		if !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
			t.Error("the body has changed on its way")
		}
	})
}

func TestManyClientsAskAtOnce(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				for k := range 20 {
					want := fmt.Sprintf("client %d, request %d", i, k)
					resp, err := s.Post("http://shmring/echo", "text/plain", strings.NewReader(want))
					if err != nil {
						t.Error(err)
						return
					}
					got, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					if err != nil || string(got) != want {
						t.Errorf("got %q and %v, want %q", got, err, want)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestACancelledRequestReturnsWhileTheServerWouldGoOn(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		first := writerFunc(func(b []byte) (int, error) { cancel(); return len(b), nil })
		if err := get(ctx, s.Client, "/clock", first); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
}

func TestAServerThatIsKilledEndsItsAnswers(t *testing.T) {
	eachRoad(t, func(t *testing.T, s *server) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		kill := writerFunc(func(b []byte) (int, error) { return len(b), s.cmd.Process.Kill() })
		if err := get(ctx, s.Client, "/clock", kill); !errors.Is(err, shmring.ErrPeerDied) {
			t.Errorf("got %v, want ErrPeerDied", err)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
