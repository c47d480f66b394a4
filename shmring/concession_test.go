package shmring

import (
	"testing"
	"time"
)

// counting is a sleeper that is ready after so many looks.
type counting struct {
	condition
	looks, enough int
}

func (c *counting) ready() bool {
	c.looks++
	return c.looks >= c.enough
}

// offering is a waiter whose turn has just begun and is one with offers.
func offering() waiter {
	c := newYieldPolicy(new(uint64))
	c.yielding, c.since = 1, time.Now().Add(time.Hour)
	return waiter{yieldPolicy: c}
}

func TestAWriterOffersItsProcessorUntilItCanGoOn(t *testing.T) {
	w := offering()
	if s := (&counting{enough: 3}); !w.yieldCPU(s) || s.looks != 3 {
		t.Errorf("%d offers, want 3, until it was ready", s.looks)
	}
	if s := (&counting{enough: yieldsPerWait + 1}); w.yieldCPU(s) || s.looks != yieldsPerWait {
		t.Errorf("%d offers for nothing, want %d", s.looks, yieldsPerWait)
	}
	w.yielding = 0
	if s := (&counting{enough: 1}); w.yieldCPU(s) || s.looks != 0 {
		t.Errorf("%d offers in a turn without any", s.looks)
	}
}

func TestAReaderOffersItsProcessorInAStreamOnly(t *testing.T) {
	records := uint64(1000)
	w := offering()
	w.progress, w.waited = &records, records-streamRecords+1
	if s := (&counting{enough: 1}); w.yieldCPU(s) || s.looks != 0 {
		t.Errorf("%d records since the last wait: %d offers, want none", streamRecords-1, s.looks)
	}
	records += streamRecords
	if s := (&counting{enough: 1}); !w.yieldCPU(s) {
		t.Errorf("%d records since the last wait, and no offer", streamRecords)
	}
	if s := (&counting{enough: 1}); w.yieldCPU(s) {
		t.Error("an offer although nothing came since the last")
	}
}

func TestAConnectionKeepsItsProcessorForItsGoroutines(t *testing.T) {
	w := offering()
	w.doorbell = doorbell{socket: &socketDoorbell{}}
	if s := (&counting{enough: 1}); w.yieldCPU(s) || s.looks != 0 {
		t.Errorf("%d offers, want none", s.looks)
	}
}

func TestTheWayThatMovesMoreIsKeptAndTheOtherTriedNowAndThen(t *testing.T) {
	const turns = 20 * retryPeriods
	for better := range 2 {
		flow := uint64(0)
		c := newYieldPolicy(&flow)
		now := time.Now()
		c.nextPeriod(now)
		var kept, tried int
		for range turns {
			if c.yielding == better {
				flow += 2000
				kept++
			} else {
				flow += 1000
				tried++
			}
			now = now.Add(periodTime)
			c.nextPeriod(now)
		}
		if want := turns/retryPeriods + 1; tried > want || tried < want-2 {
			t.Errorf("offer %d is better: %d turns with it, %d with the other, want %d", better, kept, tried, want)
		}
	}
}

func TestAPauseInAStreamIsNotHeldAgainstEitherWay(t *testing.T) {
	flow := uint64(0)
	c := newYieldPolicy(&flow)
	now := time.Now()
	c.nextPeriod(now)
	before := c
	c.nextPeriod(now.Add(periodTime - 1))
	if c != before {
		t.Error("a turn ended before its time")
	}
	c.nextPeriod(now.Add(idleTime))
	if c.rate != before.rate || c.yielding != before.yielding {
		t.Errorf("a pause was judged: %+v", c)
	}
}
