package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
	"github.com/shmring/ipc/tests/child"
)

// The other end of the connection benchmarks is a process of its own. It serves three addresses: "conn"
// (shmring.Conn), "stream" (its net.Conn) and "unix" (a Unix socket of package net). A client's first 24 bytes are
// its order: what to do, messages, and bytes of each. The two processes are pinned to one processor each: else it is
// the scheduler that is measured.

func TestMain(m *testing.M) { child.Main(m, serve) }

// waitVar says how the child's connections wait.
const waitVar = "SHMRING_BENCH_WAIT"

// Orders.
const (
	sink = 1 // receive so many messages, then answer with one byte; again and again
	echo = 2 // send every message back
)

type order struct{ what, count, size uint64 }

func (o order) encode() []byte {
	b := make([]byte, 24)
	for i, v := range []uint64{o.what, o.count, o.size} {
		binary.LittleEndian.PutUint64(b[8*i:], v)
	}
	return b
}

func decodeOrder(b []byte) order {
	return order{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])}
}

// serve runs until standard input ends.
func serve(dir string) error {
	wait := shmring.Adaptive
	if os.Getenv(waitVar) == "spin" {
		wait = shmring.Spin
	} else if os.Getenv(waitVar) == "park" {
		wait = shmring.Park
	}
	conns, err := shmring.Listen("conn", shmring.WithSocket(filepath.Join(dir, "conn")), shmring.WithWait(wait))
	if err != nil {
		return err
	}
	streams, err := shmring.Listen("stream", shmring.WithSocket(filepath.Join(dir, "stream")), shmring.WithWait(wait))
	if err != nil {
		return err
	}
	plain, err := net.Listen("unix", filepath.Join(dir, "unix"))
	if err != nil {
		return err
	}
	go child.Accept(func() (*shmring.Conn, error) { return conns.AcceptConn(context.Background()) }, serveConn)
	go child.Accept(streams.Accept, serveStream)
	go child.Accept(plain.Accept, serveStream)
	if err := serveHTTP(dir); err != nil {
		return err
	}
	if err := pin(1); err != nil {
		return err
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func serveConn(c *shmring.Conn) {
	defer c.Close()
	ctx := context.Background()
	buf, err := c.Recv(ctx, nil)
	for o := decodeOrder(buf); err == nil; {
		for i := uint64(0); err == nil && i < o.count; i++ {
			buf, err = c.Recv(ctx, buf)
			if err == nil && o.what == echo {
				err = c.Send(ctx, buf)
			}
		}
		if err == nil && o.what == sink {
			err = c.Send(ctx, buf[:1])
		}
	}
}

func serveStream(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 64<<10)
	if _, err := io.ReadFull(c, buf[:24]); err != nil {
		return
	}
	o := decodeOrder(buf)
	for err := error(nil); err == nil; {
		if o.what == echo {
			if _, err = io.ReadFull(c, buf[:o.size]); err == nil {
				_, err = c.Write(buf[:o.size])
			}
			continue
		}
		var n int
		for left := o.count * o.size; left > 0 && err == nil; left -= uint64(n) {
			n, err = c.Read(buf[:min(left, uint64(len(buf)))])
		}
		if err == nil {
			_, err = c.Write(buf[:1])
		}
	}
}

// startChild starts the other process and returns the folder of its sockets.
func startChild(b *testing.B, wait string) string {
	b.Helper()
	if runtime.NumCPU() < 2 {
		b.Skip("two processes need two processors")
	}
	p := child.Start(b, waitVar+"="+wait)
	if _, err := io.ReadFull(p.Out, make([]byte, 6)); err != nil {
		b.Fatal(err)
	}
	if err := pin(0); err != nil {
		b.Fatal(err)
	}
	return p.Dir
}

func dialConn(b *testing.B, dir string, o order, wait shmring.Wait) *shmring.Conn {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := shmring.Dial(ctx, "conn", shmring.WithSocket(filepath.Join(dir, "conn")), shmring.WithWait(wait))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	if c.Transport().Kind != shmring.TransportRing {
		b.Fatalf("the transport is %s: %s", c.Transport(), c.Transport().Reason)
	}
	if err := c.Send(ctx, o.encode()); err != nil {
		b.Fatal(err)
	}
	return c
}

func dialStream(b *testing.B, dir, name string, o order) net.Conn {
	b.Helper()
	var c net.Conn
	var err error
	if name == "unix" {
		c, err = net.Dial("unix", filepath.Join(dir, name))
	} else {
		var conn *shmring.Conn
		if conn, err = shmring.Dial(b.Context(), name, shmring.WithSocket(filepath.Join(dir, name))); err == nil {
			c = conn.NetConn()
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	if _, err := c.Write(o.encode()); err != nil {
		b.Fatal(err)
	}
	return c
}
