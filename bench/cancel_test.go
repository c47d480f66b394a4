package bench

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// BenchmarkCancel measures how long a call that waits needs to notice that its context was cancelled, from the
// cancellation to its return. Goal: p99 below 1 ms.
func BenchmarkCancel(b *testing.B) {
	for _, wait := range []shmring.Wait{shmring.Adaptive, shmring.Spin, shmring.Park} {
		b.Run("wait="+wait.String(), func(b *testing.B) {
			s, err := shmring.Create("cancel", shmring.WithDir(b.TempDir()), shmring.WithWait(wait))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			c, err := s.Consumer()
			if err != nil {
				b.Fatal(err)
			}
			var took []float64 // µs
			for b.Loop() {
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error)
				go func() {
					_, err := c.Recv(ctx, nil)
					done <- err
				}()
				time.Sleep(time.Millisecond) // it sleeps by now, or spins
				began := time.Now()
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) {
					b.Fatal(err)
				}
				took = append(took, float64(time.Since(began))/float64(time.Microsecond))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "p50-µs")
			b.ReportMetric(took[len(took)*99/100], "p99-µs")
			b.ReportMetric(0, "ns/op") // mostly the pause before it
		})
	}
}
