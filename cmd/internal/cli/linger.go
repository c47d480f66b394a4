package cli

import (
	"context"
	"time"
)

// Linger waits, at the end of a stream, for a sender that comes late: the first of several may be done before
// the last has started.
type Linger struct {
	For   time.Duration // how long after the last record; 0: not at all
	since time.Time     // when the stream ended; zero while it runs
}

// pause returns the time to the next look for somebody who has been looking since then: whoever has waited for long
// can wait a little longer, and should cost nothing.
func pause(since time.Time) time.Duration {
	return min(max(time.Since(since)/8, 2*time.Millisecond), 100*time.Millisecond)
}

// Again is called when the stream has ended. It reports whether to look for another sender once more,
// after a pause.
func (l *Linger) Again(ctx context.Context) bool {
	if l.since.IsZero() {
		l.since = time.Now()
	}
	if time.Since(l.since) >= l.For {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause(l.since)):
		return true
	}
}

// Reset is called when the stream goes on.
func (l *Linger) Reset() { l.since = time.Time{} }
