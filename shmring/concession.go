package shmring

import (
	"time"

	"github.com/shmring/ipc/shmring/internal/futex"
	"github.com/shmring/ipc/shmring/internal/mem"
)

// concession lets whoever waits in a stream offer its processor to the others before it sleeps. Where there are fewer
// processors than busy parties, the party that is waited for may be waiting for the processor itself; it gets
// it at once, and so much is done meanwhile that nobody has to be woken.
//
// The system may give the processor to somebody else altogether, and take its time. A party that nobody shares its
// end of the ring with notices that by the clock, and does without offers for a while. One of many does not mind: the
// others keep the ring busy.
type concession struct {
	received uint64 // records at the last wait
	sulking  int    // waits left without an offer
}

const (
	offers    = 16               // looks with an offer before each
	offerFrom = 64               // records since the last wait: with fewer it is no stream
	offerTime = time.Millisecond // an offer that lasts longer was taken by a stranger
	sulkTime  = 64               // waits without an offer after that
)

// concede reports whether the wait is over.
func (w *waiter) concede(s sleeper) bool {
	if w.progress != nil { // the reader's: a writer waits only in streams
		now := mem.Load(w.progress)
		got := now - w.received
		w.received = now
		if got < offerFrom {
			return false
		}
	}
	if w.bell.door != nil {
		return false // of a connection: there are goroutines here that want the processor
	}
	if w.sulking > 0 {
		w.sulking--
		return false
	}
	done := false
	began := time.Now()
	for i := 0; i < offers && !done; i++ {
		futex.Yield()
		done = s.ready()
	}
	if w.sole && time.Since(began) > offerTime {
		w.sulking = sulkTime
	}
	return done
}
