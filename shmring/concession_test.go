package shmring

import (
	"testing"
	"time"
)

// counting is a sleeper that is ready after so many looks, each of which takes its time.
type counting struct {
	sleeper
	looks, enough int
	pause         time.Duration
}

func (c *counting) ready() bool {
	c.looks++
	time.Sleep(c.pause)
	return c.looks >= c.enough
}

func TestAReaderOffersItsProcessorInAStreamOnly(t *testing.T) {
	records := uint64(1000)
	w := waiter{pace: pace{progress: &records}, concession: concession{received: records - offerFrom + 1}}
	if s := (&counting{enough: 1}); w.concede(s) || s.looks != 0 {
		t.Errorf("%d records since the last wait: %d offers, want none", offerFrom-1, s.looks)
	}
	records += offerFrom
	if s := (&counting{enough: 3}); !w.concede(s) || s.looks != 3 {
		t.Errorf("%d records since the last wait: %d offers, want 3, until it was ready", offerFrom, s.looks)
	}
	records += offerFrom
	if s := (&counting{enough: offers + 1}); w.concede(s) || s.looks != offers {
		t.Errorf("%d offers for nothing, want %d", s.looks, offers)
	}
	if s := (&counting{enough: 1}); w.concede(s) {
		t.Error("an offer although nothing came since the last")
	}
}

func TestAWriterOffersItsProcessorUnlessStrangersTakeIt(t *testing.T) {
	for _, sole := range []bool{true, false} {
		w := waiter{sole: sole}
		if !w.concede(&counting{enough: 1, pause: 2 * offerTime}) {
			t.Fatal("no offer in a stream")
		}
		missed := 0
		for !w.concede(&counting{enough: 1}) {
			missed++
		}
		if want := map[bool]int{true: sulkTime, false: 0}[sole]; missed != want {
			t.Errorf("sole %t: %d waits without an offer after a long one, want %d", sole, missed, want)
		}
	}
}

func TestAConnectionKeepsItsProcessorForItsGoroutines(t *testing.T) {
	w := waiter{bell: bell{door: &doorbell{}}}
	if s := (&counting{enough: 1}); w.concede(s) || s.looks != 0 {
		t.Errorf("%d offers, want none", s.looks)
	}
}
