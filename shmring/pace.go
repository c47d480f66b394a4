package shmring

import "github.com/shmring/ipc/shmring/internal/mem"

// pace makes the reader of a stream keep its distance. A reader that is faster than its writer would look at
// the very line that is being written, and slow both down: every record then costs a transfer of the
// line each way. Once waits prove too short for anything but a stream, the reader pauses before it looks, so
// that several records come at once. In a dialogue one record comes at a time, and it looks at once.
type streamBackoff struct {
	progress   *uint64 // records received
	seen       uint64  // their number at the last wait
	looks      int     // looks that the last wait took
	shortWaits int     // waits in a row that ended at once
	pauses     uint32  // pauses before looking
}

const (
	shortWaitPolls = 4  // a wait of so few looks ended at once
	streamWaits    = 3  // so many of them in a row make a stream
	streamPauses   = 32 // pauses, about 650 ns
	streamBatch    = 4  // fewer records than that between two waits are no stream
)

// keepDistance comes before the first look of a wait.
func (p *streamBackoff) pauseInStream() {
	now := mem.Load(p.progress)
	got := now - p.seen
	p.seen = now
	switch {
	case p.pauses > 0:
		if got < streamBatch {
			p.pauses, p.shortWaits = 0, 0
		}
	case p.looks > shortWaitPolls:
		p.shortWaits = 0
	default:
		if p.shortWaits++; p.shortWaits >= streamWaits {
			p.pauses = streamPauses
		}
	}
	if p.pauses > 0 {
		mem.Pause(p.pauses)
	}
}
