package many

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

const (
	connections = 1000
	maxThreads  = 20 // fewer than that, in each process
	maxFiles    = 8  // descriptors of one connection in one process, at most
)

func TestAThousandConnectionsHaveNoThreadEach(t *testing.T) {
	for _, kind := range []shmring.TransportKind{shmring.TransportRing, shmring.TransportSocket} {
		t.Run(string(kind), func(t *testing.T) {
			t.Run("messages", func(t *testing.T) { hold(t, kind, "messages", messageTrip) })
			t.Run("bytes", func(t *testing.T) { hold(t, kind, "bytes", byteTrip) })
		})
	}
}

// hold makes the connections, has every one echo at once, leaves them alone, has them echo again,
// and closes them.
func hold(t *testing.T, kind shmring.TransportKind, address string, trip func(*shmring.Conn, []byte) ([]byte, error)) {
	srv := startServer(t)
	here := func() state {
		s, err := look()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before, beforeThere := here(), srv.look()

	conns := open(t, srv, kind, address, connections)
	echoAll(t, conns, trip)
	held, heldThere := here(), srv.look()
	for _, p := range []struct {
		who          string
		before, held state
	}{{"client", before, held}, {"server", beforeThere, heldThere}} {
		files := p.held.Files - p.before.Files
		t.Logf("%s: %d threads, %d descriptors, %d mappings, %d goroutines for %d connections",
			p.who, p.held.Threads, files, p.held.Mappings-p.before.Mappings, p.held.Goroutines-p.before.Goroutines, connections)
		if p.held.Threads >= maxThreads {
			t.Errorf("the %s has %d threads, want fewer than %d", p.who, p.held.Threads, maxThreads)
		}
		if files < connections || files > maxFiles*connections {
			t.Errorf("the %s has %d more descriptors than before, want %d to %d", p.who, files, connections, maxFiles*connections)
		}
	}

	idle, idleThere := here(), srv.look()
	time.Sleep(2 * time.Second)
	after, afterThere := here(), srv.look()
	t.Logf("processor time in 2 s of idleness: client %v, server %v", after.CPU-idle.CPU, afterThere.CPU-idleThere.CPU)
	echoAll(t, conns, trip) // nobody has fallen asleep for good

	for _, c := range conns {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	settled(t, "client", before, here)
	settled(t, "server", beforeThere, srv.look)
}

func open(t *testing.T, srv server, kind shmring.TransportKind, address string, count int) []*shmring.Conn {
	t.Helper()
	opts := []shmring.Option{shmring.WithSocket(filepath.Join(srv.dir, address))}
	if kind == shmring.TransportSocket {
		opts = append(opts, shmring.WithSocketOnly())
	}
	conns := make([]*shmring.Conn, count)
	for i := range conns {
		c, err := shmring.Dial(t.Context(), address, opts...)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		t.Cleanup(func() { c.Close() })
		if c.Transport().Kind != kind {
			t.Skipf("connections take the %q transport here: %s", c.Transport(), c.Transport().Reason)
		}
		conns[i] = c
	}
	return conns
}

// echoAll sends a message of its own over every connection, at once, and checks what comes back.
func echoAll(t *testing.T, conns []*shmring.Conn, trip func(*shmring.Conn, []byte) ([]byte, error)) {
	t.Helper()
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			want := fmt.Appendf(nil, "connection %d", i)
			if got, err := trip(c, want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("sent %q, got %q and %v", want, got, err)
			}
		})
	}
	wg.Wait()
}

func messageTrip(c *shmring.Conn, msg []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Send(ctx, msg); err != nil {
		return nil, err
	}
	return c.Recv(ctx, nil)
}

func byteTrip(c *shmring.Conn, msg []byte) ([]byte, error) {
	s := c.NetConn()
	if err := s.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	if _, err := s.Write(msg); err != nil {
		return nil, err
	}
	got := make([]byte, len(msg))
	n, err := io.ReadFull(s, got)
	return got[:n], err
}
