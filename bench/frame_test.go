package bench

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
)

// rival is one way of doing the same thing.
type rival struct {
	name string
	do   func() error
}

// race runs the rivals in turn, b.N rounds of batch calls each, so that a change of the machine's mood
// meets all alike. It reports the median nanoseconds per call of each, and for all but the first how many
// times the first's time it takes.
func race(b *testing.B, batch int, rivals ...rival) {
	took := make([][]float64, len(rivals))
	ratio := make([][]float64, len(rivals))
	for round := 0; b.Loop(); round++ {
		now := make([]float64, len(rivals))
		for k := range rivals {
			i := (k + round) % len(rivals)
			start := time.Now()
			for range batch {
				if err := rivals[i].do(); err != nil {
					b.Fatal(err)
				}
			}
			now[i] = float64(time.Since(start).Nanoseconds()) / float64(batch)
		}
		for i := range rivals {
			took[i] = append(took[i], now[i])
			ratio[i] = append(ratio[i], now[i]/now[0])
		}
	}
	for i, r := range rivals {
		b.ReportMetric(median(took[i]), r.name+"-ns")
		if i > 0 {
			b.ReportMetric(median(ratio[i]), r.name+"/"+rivals[0].name)
		}
	}
	b.ReportMetric(0, "ns/op") // a round is no operation
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// drained returns a Unix socket whose other end is read and forgotten.
func drained(tb testing.TB) *net.UnixConn {
	near, far := unixPair(tb)
	go func() {
		buf := make([]byte, 1<<20)
		for {
			if _, err := far.Read(buf); err != nil {
				return
			}
		}
	}()
	return near
}

func unixPair(tb testing.TB) (near, far *net.UnixConn) {
	tb.Helper()
	l, err := net.Listen("unix", filepath.Join(tb.TempDir(), "s"))
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	d, err := l.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close(); d.Close() })
	return c.(*net.UnixConn), d.(*net.UnixConn)
}

func sized(body, part int) frame.Message {
	return frame.Message{Body: make([]byte, body), Parts: [][]byte{make([]byte, part)}}
}

// BenchmarkFrameGather compares three ways of sending a large part over a Unix socket: straight from where
// it lies, copied into a buffer that is used again, and copied into a fresh buffer.
//
//	go test ./bench -run '^$' -bench FrameGather
func BenchmarkFrameGather(b *testing.B) {
	for _, size := range []int{16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20, 4 << 20} {
		b.Run(fmt.Sprintf("part=%dKiB", size>>10), func(b *testing.B) {
			m := sized(64, size)
			conn := drained(b)
			ctx := context.Background()
			gather := frame.NewWriter(conn, frame.WithCoalesce(0))
			kept := make([]byte, 0, m.Size())
			race(b, 4<<20/size,
				rival{"writev", func() error { return gather.Write(ctx, m) }},
				rival{"copy", func() error {
					kept = m.AppendTo(kept[:0])
					_, err := conn.Write(kept)
					return err
				}},
				rival{"alloc", func() error {
					_, err := conn.Write(m.AppendTo(nil))
					return err
				}},
			)
		})
	}
}

// BenchmarkFrameSmall compares, for frames of a few sizes: one plain write of bytes that lie ready; putting
// the same bytes together in a kept buffer and writing that; and a Writer, without and with a context
// that may end.
//
//	go test ./bench -run '^$' -bench FrameSmall
func BenchmarkFrameSmall(b *testing.B) {
	for _, size := range []int{64, 1 << 10, 4 << 10} {
		b.Run(fmt.Sprintf("frame=%dB", size), func(b *testing.B) {
			m := frame.Message{Body: make([]byte, size-16)}
			conn := drained(b)
			w := frame.NewWriter(conn)
			plain, kept := m.AppendTo(nil), m.AppendTo(nil)
			ctx := b.Context()
			race(b, 500,
				rival{"plain", func() error { _, err := conn.Write(plain); return err }},
				rival{"copy", func() error {
					kept = m.AppendTo(kept[:0])
					_, err := conn.Write(kept)
					return err
				}},
				rival{"frame", func() error { return w.Write(context.Background(), m) }},
				rival{"cancellable", func() error { return w.Write(ctx, m) }},
			)
		})
	}
}

// BenchmarkFrameQueue compares a hundred small frames in one batch with a write for each.
//
//	go test ./bench -run '^$' -bench FrameQueue
func BenchmarkFrameQueue(b *testing.B) {
	const batch = 100
	for _, size := range []int{64, 512} {
		b.Run(fmt.Sprintf("frame=%dB", size), func(b *testing.B) {
			m := frame.Message{Body: make([]byte, size-16)}
			w := frame.NewWriter(drained(b))
			ctx := context.Background()
			race(b, 10,
				rival{"queue", func() error {
					for range batch {
						if err := w.Queue(ctx, m); err != nil {
							return err
						}
					}
					return w.Flush(ctx)
				}},
				rival{"write", func() error {
					for range batch {
						if err := w.Write(ctx, m); err != nil {
							return err
						}
					}
					return nil
				}},
			)
		})
	}
}

// BenchmarkFrameStream sends messages through a socket as fast as a Reader takes them, and counts the
// allocations of both ends.
//
//	go test ./bench -run '^$' -bench FrameStream
func BenchmarkFrameStream(b *testing.B) {
	for _, size := range []int{64, 4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("part=%dB", size), func(b *testing.B) {
			near, far := unixPair(b)
			m := sized(64, size)
			w, r := frame.NewWriter(near), frame.NewReader(far)
			go func() {
				for w.Write(context.Background(), m) == nil {
				}
			}()
			b.SetBytes(int64(m.Size()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Read(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
