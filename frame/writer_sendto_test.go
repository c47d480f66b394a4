package frame_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
)

// Small frames take a system call of their own to a socket.
func TestSmallFramesThroughASocketThatIsFull(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		t.Run(network, func(t *testing.T) {
			a, b := connected(t, network)
			w, r := frame.NewWriter(a), frame.NewReader(b)
			body := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 1+i%3000) }
			sent := 0
			must(t, w.SetDeadline(time.Now().Add(20*time.Millisecond)))
			for ; ; sent++ {
				err := w.Write(context.Background(), frame.Message{Body: body(sent)})
				if err == nil {
					continue
				}
				if !errors.Is(err, os.ErrDeadlineExceeded) || !frame.Resumable(err) {
					t.Fatalf("frame %d, in a full socket: %v", sent, err)
				}
				break
			}
			must(t, w.SetDeadline(time.Time{}))
			failed := make(chan error, 1)
			const more = 100
			go func() {
				for i := range more {
					if err := w.Write(context.Background(), frame.Message{Body: body(sent + i)}); err != nil {
						failed <- err
						return
					}
				}
				failed <- nil
			}()
			for i := range sent + more {
				m, err := r.Read(context.Background())
				if err != nil || !bytes.Equal(m.Body, body(i)) {
					t.Fatalf("frame %d: got %d bytes, %v; want %d", i, len(m.Body), err, len(body(i)))
				}
			}
			must(t, <-failed)
			must(t, b.Close())
			err := error(nil)
			for err == nil {
				err = w.Write(context.Background(), frame.Message{})
			}
			if !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) || frame.Resumable(err) {
				t.Errorf("to nobody: %v", err)
			}
			a, _ = connected(t, network)
			must(t, a.Close())
			if err := frame.NewWriter(a).Write(context.Background(), frame.Message{}); !errors.Is(err, net.ErrClosed) {
				t.Errorf("to a closed socket: %v", err)
			}
		})
	}
}

// connected returns the two ends of a connection.
func connected(t *testing.T, network string) (a, b net.Conn) {
	t.Helper()
	if network == "unix" {
		return sockets(t)
	}
	l, err := net.Listen(network, "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	a, err = net.Dial(network, l.Addr().String())
	must(t, err)
	b, err = l.Accept()
	must(t, err)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}
