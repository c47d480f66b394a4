package conn_test

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/shmring/ipc/shmring"
)

// TestNettestPassesAcrossProcesses has another process between the two ends that nettest sees.
func TestNettestPassesAcrossProcesses(t *testing.T) {
	for _, kind := range []shmring.TransportKind{shmring.TransportRing, shmring.TransportSocket} {
		t.Run("transport="+string(kind), func(t *testing.T) {
			opts := []shmring.Option{shmring.WithSocket(t.TempDir() + "/s")}
			if kind == shmring.TransportSocket {
				opts = append(opts, shmring.WithSocketOnly())
			}
			l, err := shmring.Listen("test", opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			cmd, more := start(t, "relay", l.Addr().String())
			defer func() {
				more.Close()
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			}()
			nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
				if _, err := more.Write([]byte{1}); err != nil {
					return nil, nil, nil, err
				}
				ends := make([]*shmring.Conn, 2)
				for i := range ends {
					if ends[i], err = l.AcceptConn(soon(t)); err != nil {
						return nil, nil, nil, err
					}
					if ends[i].Transport().Kind != kind {
						t.Errorf("the transport is %s: %s", ends[i].Transport(), ends[i].Transport().Reason)
					}
				}
				return ends[0].NetConn(), ends[1].NetConn(), func() {
					ends[0].Close()
					ends[1].Close()
				}, nil
			})
		})
	}
}

// quickly returns a context for what may never come.
func quickly(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func open(t testing.TB) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list descriptors")
	}
	return len(files)
}

// mappings returns how many of this process's mappings are a connection's memory.
func mappings(t testing.TB) int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip("this system does not list mappings")
	}
	return strings.Count(string(maps), "memfd:shmring")
}
