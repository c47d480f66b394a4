package shmring

import (
	"testing"
	"time"
)

// counting is a sleeper that is ready after so many looks.
type counting struct {
	sleeper
	looks, enough int
}

func (c *counting) ready() bool {
	c.looks++
	return c.looks >= c.enough
}

// offering is a waiter whose turn has just begun and is one with offers.
func offering() waiter {
	c := newConcession(new(uint64))
	c.offer, c.since = 1, time.Now().Add(time.Hour)
	return waiter{concession: c}
}

func TestAWriterOffersItsProcessorUntilItCanGoOn(t *testing.T) {
	w := offering()
	if s := (&counting{enough: 3}); !w.concede(s) || s.looks != 3 {
		t.Errorf("%d offers, want 3, until it was ready", s.looks)
	}
	if s := (&counting{enough: offers + 1}); w.concede(s) || s.looks != offers {
		t.Errorf("%d offers for nothing, want %d", s.looks, offers)
	}
	w.offer = 0
	if s := (&counting{enough: 1}); w.concede(s) || s.looks != 0 {
		t.Errorf("%d offers in a turn without any", s.looks)
	}
}

func TestAReaderOffersItsProcessorInAStreamOnly(t *testing.T) {
	records := uint64(1000)
	w := offering()
	w.progress, w.waited = &records, records-streamFrom+1
	if s := (&counting{enough: 1}); w.concede(s) || s.looks != 0 {
		t.Errorf("%d records since the last wait: %d offers, want none", streamFrom-1, s.looks)
	}
	records += streamFrom
	if s := (&counting{enough: 1}); !w.concede(s) {
		t.Errorf("%d records since the last wait, and no offer", streamFrom)
	}
	if s := (&counting{enough: 1}); w.concede(s) {
		t.Error("an offer although nothing came since the last")
	}
}

func TestAConnectionKeepsItsProcessorForItsGoroutines(t *testing.T) {
	w := offering()
	w.bell = bell{door: &doorbell{}}
	if s := (&counting{enough: 1}); w.concede(s) || s.looks != 0 {
		t.Errorf("%d offers, want none", s.looks)
	}
}

func TestTheWayThatMovesMoreIsKeptAndTheOtherTriedNowAndThen(t *testing.T) {
	const turns = 20 * anotherTurn
	for better := range 2 {
		flow := uint64(0)
		c := newConcession(&flow)
		now := time.Now()
		c.turn(now)
		var kept, tried int
		for range turns {
			if c.offer == better {
				flow += 2000
				kept++
			} else {
				flow += 1000
				tried++
			}
			now = now.Add(turnTime)
			c.turn(now)
		}
		if want := turns/anotherTurn + 1; tried > want || tried < want-2 {
			t.Errorf("offer %d is better: %d turns with it, %d with the other, want %d", better, kept, tried, want)
		}
	}
}

func TestAPauseInAStreamIsNotHeldAgainstEitherWay(t *testing.T) {
	flow := uint64(0)
	c := newConcession(&flow)
	now := time.Now()
	c.turn(now)
	before := c
	c.turn(now.Add(turnTime - 1))
	if c != before {
		t.Error("a turn ended before its time")
	}
	c.turn(now.Add(pauseTime))
	if c.speed != before.speed || c.offer != before.offer {
		t.Errorf("a pause was judged: %+v", c)
	}
}
