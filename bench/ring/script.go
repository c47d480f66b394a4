package main

import (
	"encoding/binary"
	"time"
)

// What a sender says and how a receiver checks it; the twin of c/script.h.
//
// The first 8 bytes of a record are its number: | end:1 | producer:15 | sequence:48 |, in native order.
const (
	group         = 32 // records stamped ahead of sending: the stamps have left the store buffer by then
	clockEvery    = 64 // groups between two looks at the clock
	endMark       = 1 << 63
	producerShift = 48
	sequenceMask  = 1<<producerShift - 1
	maxProducers  = 64
	unheard       = ^uint64(0) // an expectation that no number meets
)

// A script hands out stamped records, group by group, until its time is over; the last is marked.
type script struct {
	records    [][]byte
	number     uint64
	countdown  int
	clockEvery int
	length     time.Duration
	gap        time.Duration
	begun      time.Time
	bursts     time.Duration
	over       bool
}

func newScript(j job) *script {
	n, every := group, clockEvery
	switch {
	case j.Burst > 0:
		n, every = j.Burst, 1
	case j.Size*group > 64<<10:
		n = 2
	}
	s := &script{
		number: uint64(j.ID) << producerShift, countdown: every, clockEvery: every,
		length: time.Duration(j.Millis) * time.Millisecond, gap: time.Duration(j.GapMicros) * time.Microsecond,
	}
	memory := make([]byte, n*j.Size)
	for i := range memory {
		memory[i] = 0xa5
	}
	for i := range n {
		s.records = append(s.records, memory[i*j.Size:(i+1)*j.Size:(i+1)*j.Size])
	}
	return s
}

// start sets the clock; call it when the driver has given the word.
func (s *script) start() { s.begun = time.Now() }

// next stamps the next group and returns it, nil after the last. It is valid until the next call.
func (s *script) next() [][]byte {
	if s.over {
		return nil
	}
	if s.gap > 0 {
		s.bursts += s.gap
		time.Sleep(s.bursts - time.Since(s.begun))
	}
	if s.countdown--; s.countdown == 0 {
		s.countdown = s.clockEvery
		if time.Since(s.begun) >= s.length {
			s.over = true
			binary.NativeEndian.PutUint64(s.records[0], s.number|endMark)
			return s.records[:1]
		}
	}
	for _, r := range s.records {
		binary.NativeEndian.PutUint64(r, s.number)
		s.number++
	}
	return s.records
}
