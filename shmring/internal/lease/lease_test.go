package lease

import (
	"errors"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
)

// testTable holds what is true of every table; another is a second handle on the same
// segment, and may be the same table.
func testTable(t *testing.T, table, another Table) {
	t.Helper()
	mustHold := func(off int64, want bool) {
		t.Helper()
		for _, tab := range []Table{table, another} {
			if got, err := tab.Held(off); got != want || err != nil {
				t.Errorf("byte %d: held %v, %v; want %v", off, got, err, want)
			}
		}
	}
	mustHold(3, false)
	l, err := table.Acquire(3)
	if err != nil {
		t.Fatal(err)
	}
	mustHold(3, true)
	mustHold(2, false)
	mustHold(4, false)
	for _, tab := range []Table{table, another} {
		if _, err := tab.Acquire(3); !errors.Is(err, ErrHeld) {
			t.Errorf("second Acquire: %v, want ErrHeld", err)
		}
	}
	mustHold(3, true) // the failed attempt took nothing away
	other, err := another.Acquire(4)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	mustHold(3, false)
	mustHold(4, true)
	next, err := another.Acquire(3)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Errorf("second Release: %v", err)
	}
	mustHold(3, true) // the second Release took nothing from the successor
	if err := errors.Join(next.Release(), other.Release()); err != nil {
		t.Error(err)
	}
	mustHold(3, false)
	mustHold(4, false)

	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := []Table{table, another}[i%2].Acquire(9)
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, ErrHeld) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 got the lease, want 1", won.Load())
	}
}

func mustBeClosed(t *testing.T, table Table) {
	t.Helper()
	l, err := table.Acquire(1)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := table.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := table.Held(1); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Held after Close: %v", err)
	}
	if _, err := table.Acquire(2); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Acquire after Close: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Errorf("Release after Close: %v", err)
	}
}

func TestLocalLeasesExcludeEachOther(t *testing.T) {
	table := Local()
	testTable(t, table, table)
	mustBeClosed(t, table)
}

func TestAKilledLocalLeaseIsFreeAndCannotHarmItsSuccessor(t *testing.T) {
	table := Local()
	dead, err := table.Acquire(5)
	if err != nil {
		t.Fatal(err)
	}
	table.Kill(5)
	if held, _ := table.Held(5); held {
		t.Error("held after Kill")
	}
	if _, err := table.Acquire(5); err != nil {
		t.Fatal(err)
	}
	if err := dead.Release(); err != nil {
		t.Error(err)
	}
	if held, _ := table.Held(5); !held {
		t.Error("the dead lease took its successor's byte")
	}
}
