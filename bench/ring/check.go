package main

import (
	"encoding/binary"
	"time"
)

// A check follows the numbers of every producer. Its expectations start out wrong, so that the first record
// takes the slow path, where the clock is set.
type check struct {
	next     uint64 // what current is to say next
	current  uint64 // the producer of the last record
	expected [maxProducers]uint64
	begun    time.Time
	seconds  float64
	running  int
	bad      uint64

	lap      uint64 // records per lap; 0: none
	nextLap  uint64 // the number that ends the lap
	lapBegun time.Time
	laps     []float64
}

func newCheck(j job) *check {
	c := &check{running: j.Producers, next: unheard}
	for i := range c.expected {
		c.expected[i] = unheard
	}
	if j.Lap > 0 {
		c.lap = uint64(j.Lap / j.Size)
		c.nextLap = c.lap
		c.laps = make([]float64, 0, 1<<16)
	}
	return c
}

// record looks at one received record of at least 8 bytes and returns true after the last. It is small enough
// to be inlined.
func (c *check) record(r []byte) bool {
	if binary.NativeEndian.Uint64(r) == c.next {
		c.next++
		return false
	}
	return c.odd(r)
}

// odd takes the first record, a record of another producer than before, the last, and what is wrong.
func (c *check) odd(r []byte) (over bool) {
	number := binary.NativeEndian.Uint64(r)
	c.expected[c.current] = c.next
	c.current = number >> producerShift % maxProducers
	if number == c.expected[c.current] {
		c.next = number + 1
		return false
	}
	if c.begun.IsZero() {
		c.begun = time.Now()
		c.lapBegun = c.begun
	}
	end := number&endMark != 0
	number &^= endMark
	expected := c.expected[c.current]
	if expected == unheard {
		expected = c.current << producerShift
	}
	if number != expected {
		c.bad++
	}
	if !end {
		c.next = number + 1
		return false
	}
	c.next = number
	c.running--
	c.seconds = time.Since(c.begun).Seconds()
	return c.running == 0
}

// lapEnd notes the time if the last record ended a lap. It must follow each record of a single producer.
func (c *check) lapEnd() {
	if c.next == c.nextLap && len(c.laps) < cap(c.laps) {
		now := time.Now()
		c.laps = append(c.laps, now.Sub(c.lapBegun).Seconds())
		c.lapBegun, c.nextLap = now, c.nextLap+c.lap
	}
}

// report sums up what was received.
func (c *check) report() report {
	c.expected[c.current] = c.next
	r := report{Bad: c.bad, Seconds: c.seconds, Laps: c.laps}
	for _, e := range c.expected {
		if e != unheard {
			r.Records += e & sequenceMask
		}
	}
	return r
}
