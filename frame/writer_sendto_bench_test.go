package frame

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// benchAddr names the socket that a benchmark's child process reads, as network and address.
const benchAddr = "FRAME_BENCH_ADDR"

// TestBenchmarkPeer is the child process of a benchmark: it reads until the benchmark closes the socket.
func TestBenchmarkPeer(t *testing.T) {
	var network, addr string
	if _, err := fmt.Sscan(os.Getenv(benchAddr), &network, &addr); err != nil {
		t.Skip("only as a child of a benchmark")
	}
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{c}); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkSmallFrames sends frames to another process, by the system call of sendtoWriter and by the socket's own
// Write, in blocks that alternate on one connection.
func BenchmarkSmallFrames(b *testing.B) {
	for _, network := range []string{"unix", "tcp"} {
		for _, size := range []int{16, 64, 256, 1024, 4000} {
			b.Run(fmt.Sprintf("%s/%d", network, size), func(b *testing.B) { benchmarkSend(b, network, size) })
		}
	}
}

func benchmarkSend(b *testing.B, network string, size int) {
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = b.TempDir() + "/socket"
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	peer := exec.Command(os.Args[0], "-test.run=^TestBenchmarkPeer$")
	peer.Env = append(os.Environ(), benchAddr+"="+network+" "+l.Addr().String())
	if err := peer.Start(); err != nil {
		b.Fatal(err)
	}
	defer peer.Wait()
	c, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()

	const block = 2000
	w, m := NewWriter(c), Message{Body: make([]byte, size)}
	ways := [2]io.Writer{w.sendto, w.dst}
	var took [2][]time.Duration
	for i := range max(2*b.N/block, 8) {
		way := (i + i/2) % 2 // 0, 1, 1, 0: what drifts meets both
		w.sendto = ways[way]
		start := time.Now()
		for range block {
			if err := w.Write(context.Background(), m); err != nil {
				b.Fatal(err)
			}
		}
		took[way] = append(took[way], time.Since(start))
	}
	for way, unit := range []string{"sendto-ns/frame", "write-ns/frame"} {
		slices.Sort(took[way])
		b.ReportMetric(float64(took[way][len(took[way])/2])/block, unit)
	}
	b.ReportMetric(0, "ns/op")
}
