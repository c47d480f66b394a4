package wait

import "github.com/shmring/ipc/shmring/internal/mem"

// streamBackoff keeps the reader of a stream away from the writer. A reader that is faster than its writer polls
// the very cache line that is being written, and slows both down: every record then costs a transfer of the line each
// way. Once waits are too short for anything but a stream, the reader pauses before it polls, so that several records
// come at once. In a dialogue one record comes at a time, and it polls at once.
type streamBackoff struct {
	progress   *uint64 // records received
	seen       uint64  // their number at the last wait
	polls      int     // that the last wait took
	shortWaits int     // waits in a row that ended at once
	pauses     uint32  // before polling
}

// Without these pauses one producer of an MPSC ring moves 0.82 to 0.89 as much: go run ./bench/ring -only 'MPSC, 64 B,
// producers: 1'. On an SPSC ring there is no clear difference.
const (
	shortWaitPolls = 4  // a wait of so few polls ended at once
	streamWaits    = 3  // so many of them in a row make a stream
	streamPauses   = 32 // about 650 ns
	streamBatch    = 4  // fewer records than that between two waits are no stream
)

// pauseInStream comes before the first poll of a wait.
func (b *streamBackoff) pauseInStream() {
	now := mem.Load(b.progress)
	got := now - b.seen
	b.seen = now
	switch {
	case b.pauses > 0:
		if got < streamBatch {
			b.pauses, b.shortWaits = 0, 0
		}
	case b.polls > shortWaitPolls:
		b.shortWaits = 0
	default:
		if b.shortWaits++; b.shortWaits >= streamWaits {
			b.pauses = streamPauses
		}
	}
	if b.pauses > 0 {
		mem.Pause(b.pauses)
	}
}
