package deadline

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestDeadlinesThatMoveWithEveryMessageCostNoMemory(t *testing.T) {
	d := New(nil)
	d.Set(time.Now().Add(time.Hour)) // makes the timer
	if n := testing.AllocsPerRun(100, func() {
		d.Set(time.Now().Add(time.Hour))
		d.Set(time.Time{})
	}); n > 0 {
		t.Errorf("a deadline ahead, and none: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		d.Set(time.Unix(1, 0))
		d.Set(time.Time{})
	}); n > 1 {
		t.Errorf("a deadline in the past, and none: %v allocations, want the next term alone", n)
	}
}

func TestATermEndsOnceForAllThatWaitForIt(t *testing.T) {
	woken := make(chan bool, 1)
	d := New(func() { woken <- true })
	term := d.Current()
	ran := make(chan bool, 2)
	context.AfterFunc(term, func() { ran <- true })
	stop := context.AfterFunc(term, func() { t.Error("a function ran that was stopped") })
	if !stop() || stop() {
		t.Error("the first stop must find the function, and the second must not")
	}
	child, cancel := context.WithCancel(term)
	defer cancel()
	before := term.Done()
	if err := term.Err(); err != nil {
		t.Errorf("got %v before the time", err)
	}
	d.Set(time.Now().Add(time.Millisecond))
	<-before
	<-term.Done()
	<-child.Done()
	<-ran
	<-woken
	exceeded(t, "the term", term.Err())
	exceeded(t, "a context derived from it", child.Err())
	context.AfterFunc(term, func() { ran <- true })
	<-ran
	d.Set(time.Time{})
	exceeded(t, "the term, after its deadline has moved", term.Err())
	if err := d.Current().Err(); err != nil {
		t.Errorf("the next term begins with %v", err)
	}
}

func exceeded(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s: got %v, want os.ErrDeadlineExceeded", what, err)
	}
}

func TestADeadlineThatWasMovedAwayEndsNothing(t *testing.T) {
	d := New(func() { t.Error("the term ended") })
	d.Set(time.Now().Add(time.Hour))
	term := d.Current()
	d.Set(time.Now().Add(2 * time.Hour))
	d.expire() // a timer that Set came too late to stop
	if d.Current() != term || term.Err() != nil {
		t.Errorf("the term ended with %v", term.Err())
	}
	d.Set(time.Time{})
	d.expire()
	if err := term.Err(); err != nil {
		t.Errorf("after the deadline was taken away: %v", err)
	}
}
