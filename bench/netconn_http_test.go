package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/shmring/ipc/bench/requests"
	"github.com/shmring/ipc/shmring"
)

// serveHTTP answers requests at two addresses in dir: "http-ring" (shmring) and "http-unix" (package net).
// The body that comes goes back.
func serveHTTP(dir string) error {
	ring, err := shmring.Listen("http", shmring.WithSocket(filepath.Join(dir, "http-ring")))
	if err != nil {
		return err
	}
	plain, err := net.Listen("unix", filepath.Join(dir, "http-unix"))
	if err != nil {
		return err
	}
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.Write(body)
	})
	for _, l := range []net.Listener{ring, plain} {
		go http.Serve(l, echo) // until the process ends
	}
	return nil
}

// BenchmarkNetConnHTTP makes requests of 64 bytes to a server of net/http in another process.
//
//	go test ./bench -run '^$' -bench NetConnHTTP -benchtime 20x
func BenchmarkNetConnHTTP(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dir := startChild(b, "adaptive")
			ring := httpPost(b, callers, func(ctx context.Context) (net.Conn, error) {
				c, err := shmring.Dial(ctx, "http", shmring.WithSocket(filepath.Join(dir, "http-ring")))
				if err != nil {
					return nil, err
				}
				if c.Transport().Kind != shmring.TransportRing {
					return nil, fmt.Errorf("the transport is %s: %s", c.Transport(), c.Transport().Reason)
				}
				return c.NetConn(), nil
			})
			plain := httpPost(b, callers, func(ctx context.Context) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", filepath.Join(dir, "http-unix"))
			})
			requests.Race(b, callers, max(2000/callers, 50), requests.Way{Name: "ring", Do: ring}, requests.Way{Name: "unix", Do: plain})
		})
	}
}

// httpPost returns a function that posts 64 bytes and checks the answer, on one of so many connections.
func httpPost(b *testing.B, connections int, dial func(context.Context) (net.Conn, error)) func() error {
	transport := &http.Transport{
		MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
	}
	b.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	want := bytes.Repeat([]byte{'r'}, 64)
	return func() error {
		resp, err := client.Post("http://bench/", "application/octet-stream", bytes.NewReader(want))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err == nil && !bytes.Equal(got, want) {
			err = fmt.Errorf("posted %q, got %s and %q", want, resp.Status, got)
		}
		return err
	}
}
