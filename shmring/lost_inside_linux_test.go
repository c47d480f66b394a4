package shmring

import (
	"errors"
	"os"
	"testing"
)

// A file that is cut inside a page reads as zeros behind the cut, without a signal: an empty ring looks the same.
func TestATruncationInsideAPageIsALossNotAnEnd(t *testing.T) {
	cut := func(t *testing.T, s *Segment) {
		t.Helper()
		info, err := os.Stat(s.Info().Path)
		must(t, err)
		must(t, os.Truncate(s.Info().Path, info.Size()-1))
	}
	for name, opts := range rings {
		t.Run(name+"/end", func(t *testing.T) {
			s, _ := named(t, opts...)
			p, c := producer(t, s), consumer(t, s)
			must(t, p.Close())
			cut(t, s)
			_, err := c.TryRecv(nil)
			want(t, "TryRecv", err, ErrSegmentLost)
		})
		t.Run(name+"/polling", func(t *testing.T) {
			s, _ := named(t, opts...)
			_, c := producer(t, s), consumer(t, s)
			cut(t, s)
			var err error
			for range 2 * pollsPerSizeCheck {
				if _, err = c.TryRecv(nil); !errors.Is(err, ErrEmpty) {
					break
				}
			}
			want(t, "TryRecv", err, ErrSegmentLost)
		})
		t.Run(name+"/draining", func(t *testing.T) {
			s, _ := named(t, opts...)
			_, c := producer(t, s), consumer(t, s)
			cut(t, s)
			var err error
			for range 2 * pollsPerSizeCheck {
				if _, err = c.Drain(0, func(Record) error { return nil }); err != nil {
					break
				}
			}
			want(t, "Drain", err, ErrSegmentLost)
		})
		t.Run(name+"/selector", func(t *testing.T) {
			s, _ := named(t, append(opts, WithWait(Park))...)
			_, c := producer(t, s), consumer(t, s)
			selector, err := NewSelector(c)
			must(t, err)
			cut(t, s)
			got, err := selector.Wait(soon(t))
			must(t, err)
			_, err = got.TryRecv(nil)
			want(t, "TryRecv", err, ErrSegmentLost)
		})
		t.Run(name+"/attaching", func(t *testing.T) {
			s, _ := named(t, opts...)
			cut(t, s)
			_, err := s.Producer()
			want(t, "Producer", err, ErrSegmentLost)
			_, err = s.Consumer()
			want(t, "Consumer", err, ErrSegmentLost)
		})
	}
}
