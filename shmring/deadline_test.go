package shmring

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestDeadlinesThatMoveWithEveryMessageCostNoMemory(t *testing.T) {
	d := newDeadline(nil)
	d.set(time.Now().Add(time.Hour)) // makes the timer
	if n := testing.AllocsPerRun(100, func() {
		d.set(time.Now().Add(time.Hour))
		d.set(time.Time{})
	}); n > 0 {
		t.Errorf("a deadline ahead, and none: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		d.set(time.Unix(1, 0))
		d.set(time.Time{})
	}); n > 1 {
		t.Errorf("a deadline in the past, and none: %v allocations, want the next term alone", n)
	}
}

func TestATermEndsOnceForAllThatWaitForIt(t *testing.T) {
	roused := make(chan bool, 1)
	d := newDeadline(func() { roused <- true })
	term := d.current()
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
	d.set(time.Now().Add(time.Millisecond))
	<-before
	<-term.Done()
	<-child.Done()
	<-ran
	<-roused
	want(t, "the term", term.Err(), os.ErrDeadlineExceeded)
	want(t, "a context derived from it", child.Err(), os.ErrDeadlineExceeded)
	context.AfterFunc(term, func() { ran <- true })
	<-ran
	d.set(time.Time{})
	want(t, "the term, after its deadline has moved", term.Err(), os.ErrDeadlineExceeded)
	if err := d.current().Err(); err != nil {
		t.Errorf("the next term begins with %v", err)
	}
}

func TestAReadWakesForADeadlineThatIsMovedIntoThePast(t *testing.T) {
	onEveryRoad(t, func(t *testing.T, connect func(...Option) (*Conn, *Conn)) {
		client, server := connect()
		c := client.NetConn()
		for range 20 {
			failed := make(chan error, 1)
			go func() { _, err := c.Read(make([]byte, 1)); failed <- err }()
			time.Sleep(time.Millisecond) // usually long enough for Read to sleep
			must(t, c.SetReadDeadline(time.Unix(1, 0)))
			if err := <-failed; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("got %v, want os.ErrDeadlineExceeded", err)
			}
			must(t, c.SetReadDeadline(time.Time{}))
		}
		must(t, server.Send(soon(t), []byte("m")))
		if n, err := c.Read(make([]byte, 9)); n != 1 || err != nil {
			t.Errorf("after the deadlines: %d bytes, %v", n, err)
		}
	})
}
