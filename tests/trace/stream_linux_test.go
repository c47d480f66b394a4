package trace

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

const (
	records = 1_000_000
	perCall = 20 // records for every call that wakes, sleeps or yields, at the least
)

// send sends a stream of short records.
func send(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := shmring.Open("stream", shmring.WithDir(dir))
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		return err
	}
	record := make([]byte, 64)
	for range records {
		if err := p.Send(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

func TestAStreamMakesNoSystemCallPerRecord(t *testing.T) {
	for _, kind := range []shmring.Kind{shmring.SPSC, shmring.MPSC} {
		t.Run(kind.String(), func(t *testing.T) {
			dir := t.TempDir()
			s, err := shmring.Create("stream", shmring.WithDir(dir), shmring.WithKind(kind))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c, err := s.Consumer()
			if err != nil {
				t.Fatal(err)
			}
			got, end := 0, make(chan error, 1)
			go func() {
				for _, err := range c.All(t.Context()) {
					if err != nil {
						end <- err
						return
					}
					got++
				}
				end <- nil
			}()
			calls := bytes.Count(trace(t, "send", dir, "futex", "sched_yield", "membarrier"), []byte("\n"))
			if err := <-end; err != nil || got != records {
				t.Errorf("got %d records, %v, want %d", got, err, records)
			}
			if calls == 0 || calls > records/perCall {
				t.Errorf("%d records took %d system calls", records, calls)
			}
			t.Logf("%d records, %d system calls", records, calls)
		})
	}
}
