package futex

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func needWaitAny(t *testing.T) {
	t.Helper()
	if _, err := WaitAny([]*uint32{new(uint32)}, []uint32{1}, 0); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("futex_waitv needs Linux 5.16 and no emulator")
	}
}

func TestWaitAnyReturnsAtOnceIfAWordHasChanged(t *testing.T) {
	needWaitAny(t)
	changed := new(uint32)
	*changed = 5
	for _, timeout := range []time.Duration{0, 1<<63 - 1} {
		if i, err := WaitAny([]*uint32{new(uint32), changed}, []uint32{0, 4}, timeout); i != 1 || err != nil {
			t.Errorf("timeout %v: %d, %v", timeout, i, err)
		}
	}
}

func TestWaitAnyTimesOut(t *testing.T) {
	needWaitAny(t)
	var i int
	var err error
	for start := time.Now(); err == nil && time.Since(start) < time.Minute; {
		i, err = WaitAny([]*uint32{new(uint32)}, []uint32{0}, 20*time.Millisecond)
	}
	if i != -1 || err != ErrTimeout {
		t.Errorf("%d, %v", i, err)
	}
}

func TestWaitAnyDoesNotAllocate(t *testing.T) {
	needWaitAny(t)
	addrs, vals := []*uint32{new(uint32)}, []uint32{1}
	if n := testing.AllocsPerRun(100, func() { WaitAny(addrs, vals, time.Second) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWaitAnyReturnsTheWordThatWasWoken(t *testing.T) {
	needWaitAny(t)
	words := []*uint32{new(uint32), new(uint32), new(uint32)}
	for want := range words {
		vals := make([]uint32, len(words))
		for i, w := range words {
			vals[i] = atomic.LoadUint32(w)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			i, err := -1, error(nil)
			for i < 0 && err == nil {
				i, err = WaitAny(words, vals, 0)
			}
			if i != want || err != nil {
				t.Errorf("got %d, %v, want %d", i, err, want)
			}
		}()
		atomic.AddUint32(words[want], 1)
		for waiting := true; waiting; {
			Wake(words[want], 1)
			select {
			case <-done:
				waiting = false
			default:
				runtime.Gosched()
			}
		}
	}
}

func TestWaitAnyRefusesWrongNumbersOfWords(t *testing.T) {
	needWaitAny(t)
	many := make([]*uint32, MaxWords+1)
	for i := range many {
		many[i] = new(uint32)
	}
	for _, n := range []int{0, MaxWords + 1} {
		if i, err := WaitAny(many[:n], make([]uint32, n), 0); i != -1 || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%d words: %d, %v", n, i, err)
		}
	}
	if _, err := WaitAny(many[:2], make([]uint32, 3), 0); err == nil {
		t.Error("2 words and 3 values were accepted")
	}
	vals := make([]uint32, MaxWords)
	vals[MaxWords-1] = 1
	if i, err := WaitAny(many[:MaxWords], vals, 0); i != MaxWords-1 || err != nil {
		t.Errorf("%d words: %d, %v", MaxWords, i, err)
	}
}
