package load

import (
	"fmt"
	"slices"
	"time"

	"github.com/shmring/ipc/cmd/internal/cli"
)

// Received is the verdict over a stream.
type Received struct {
	Records    uint64  `json:"records"`
	Bytes      uint64  `json:"bytes"`
	Seconds    float64 `json:"seconds"`    // from the first record to the last
	Lost       uint64  `json:"lost"`       // numbers that never came although later ones did
	Reordered  uint64  `json:"reordered"`  // numbers that came after later ones
	Duplicated uint64  `json:"duplicated"` // numbers that came again
	Corrupt    uint64  `json:"corrupt"`    // records whose contents are not those of their number
}

// Faults returns how many records were not as sent.
func (r Received) Faults() uint64 { return r.Lost + r.Reordered + r.Duplicated + r.Corrupt }

func (r Received) String() string {
	return fmt.Sprintf("received %s; lost %d, reordered %d, duplicated %d, corrupt %d",
		cli.Flow{Records: r.Records, Bytes: r.Bytes, Seconds: r.Seconds}, r.Lost, r.Reordered, r.Duplicated, r.Corrupt)
}

// Tally follows the sequence numbers of every sender of a stream.
type Tally struct {
	// Midway accepts whatever number a sender's first record has: somebody read the stream before us.
	Midway bool

	result  Received
	last    uint64 // sender of the last record
	current *sender
	senders map[uint64]*sender
	begun   time.Time
}

type sender struct {
	next    uint64
	missing []span // numbers skipped so far, in order
}

type span struct{ from, to uint64 }

// Record judges one record of the given sender. A corrupt record's number is not believed.
func (t *Tally) Record(producer, generation uint16, b []byte) {
	if t.result.Records == 0 {
		t.begun = time.Now()
	}
	t.result.Records++
	t.result.Bytes += uint64(len(b))
	n, ok := Sequence(b)
	if !ok {
		t.result.Corrupt++
		return
	}
	if key := uint64(producer)<<16 | uint64(generation); key != t.last || t.current == nil {
		t.turnTo(key, n)
	}
	if n != t.current.next {
		t.odd(t.current, n)
		return
	}
	t.current.next++
}

func (t *Tally) turnTo(key, n uint64) {
	s := t.senders[key]
	if s == nil {
		if t.senders == nil {
			t.senders = map[uint64]*sender{}
		}
		s = &sender{}
		if t.Midway {
			s.next = n
		}
		t.senders[key] = s
	}
	t.last, t.current = key, s
}

// odd deals with a number that is not the next one.
func (t *Tally) odd(s *sender, n uint64) {
	if n > s.next {
		t.result.Lost += n - s.next
		s.missing = append(s.missing, span{s.next, n})
		s.next = n + 1
		return
	}
	i := slices.IndexFunc(s.missing, func(m span) bool { return m.from <= n && n < m.to })
	if i < 0 {
		t.result.Duplicated++
		return
	}
	t.result.Lost--
	t.result.Reordered++
	m := s.missing[i]
	rest := []span{{m.from, n}, {n + 1, m.to}}
	s.missing = slices.Replace(s.missing, i, i+1, slices.DeleteFunc(rest, func(m span) bool { return m.from == m.to })...)
}

// Records returns how many records came so far.
func (t *Tally) Records() uint64 { return t.result.Records }

// Pause notes the time: the last record so far has just come.
func (t *Tally) Pause() {
	if t.result.Records > 0 {
		t.result.Seconds = time.Since(t.begun).Seconds()
	}
}

// Result returns the verdict; Seconds runs to the last Pause.
func (t *Tally) Result() Received { return t.result }
