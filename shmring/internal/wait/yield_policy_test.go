package wait

import (
	"testing"
	"time"
)

// counting is a condition that is ready after so many polls.
type counting struct {
	Condition
	looks, enough int
}

func (c *counting) Ready() bool {
	c.looks++
	return c.looks >= c.enough
}

// yielding returns a policy whose period has just begun and is one with yields.
func yielding() *yieldPolicy {
	return &yieldPolicy{flow: new(uint64), rate: unknownRates, yielding: 1, since: time.Now().Add(time.Hour)}
}

func TestAWriterYieldsUntilItCanGoOn(t *testing.T) {
	w := yielding()
	if s := (&counting{enough: 3}); !w.yieldCPU(s, &futexBell{}) || s.looks != 3 {
		t.Errorf("%d yields, want 3, until it was ready", s.looks)
	}
	if s := (&counting{enough: yieldsPerWait + 1}); w.yieldCPU(s, &futexBell{}) || s.looks != yieldsPerWait {
		t.Errorf("%d yields for nothing, want %d", s.looks, yieldsPerWait)
	}
	w.yielding = 0
	if s := (&counting{enough: 1}); w.yieldCPU(s, &futexBell{}) || s.looks != 0 {
		t.Errorf("%d yields in a period without any", s.looks)
	}
}

func TestAReaderYieldsInAStreamOnly(t *testing.T) {
	records := uint64(1000)
	w := yielding()
	w.progress, w.waited = &records, records-streamRecords+1
	if s := (&counting{enough: 1}); w.yieldCPU(s, &futexBell{}) || s.looks != 0 {
		t.Errorf("%d records since the last wait: %d yields, want none", streamRecords-1, s.looks)
	}
	records += streamRecords
	if s := (&counting{enough: 1}); !w.yieldCPU(s, &futexBell{}) {
		t.Errorf("%d records since the last wait, and no yield", streamRecords)
	}
	if s := (&counting{enough: 1}); w.yieldCPU(s, &futexBell{}) {
		t.Error("a yield although nothing came since the last")
	}
}

func TestAConnectionKeepsItsProcessorForItsGoroutines(t *testing.T) {
	w := yielding()
	if s := (&counting{enough: 1}); w.yieldCPU(s, &socketBell{}) || s.looks != 0 {
		t.Errorf("%d yields, want none", s.looks)
	}
}

func TestTheWayThatMovesMoreIsKeptAndTheOtherTriedNowAndThen(t *testing.T) {
	const periods = 20 * retryPeriods
	for better := range 2 {
		flow := uint64(0)
		c := yieldPolicy{flow: &flow, rate: unknownRates}
		now := time.Now()
		c.nextPeriod(now)
		var kept, tried int
		for range periods {
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
		if want := periods/retryPeriods + 1; tried > want || tried < want-2 {
			t.Errorf("yielding %d is better: %d periods with it, %d with the other, want %d", better, kept, tried, want)
		}
	}
}

func TestAPauseInAStreamIsNotHeldAgainstEitherWay(t *testing.T) {
	flow := uint64(0)
	c := yieldPolicy{flow: &flow, rate: unknownRates}
	now := time.Now()
	c.nextPeriod(now)
	before := c
	c.nextPeriod(now.Add(periodTime - 1))
	if c != before {
		t.Error("a period ended before its time")
	}
	c.nextPeriod(now.Add(idleTime))
	if c.rate != before.rate || c.yielding != before.yielding {
		t.Errorf("a pause was judged: %+v", c)
	}
}
