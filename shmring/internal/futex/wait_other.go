//go:build !linux

package futex

import (
	"errors"
	"sync/atomic"
	"time"
)

// Bounds of a wait by looking: the pause between two looks doubles from the first to
// the last, and after patience the caller has to look for itself.
const (
	firstPause = 20 * time.Microsecond
	lastPause  = time.Millisecond
	patience   = 2 * time.Millisecond
)

// Wait returns nil once the word at addr no longer holds val, and also, spuriously,
// after 2 ms; ErrTimeout if a timeout above zero passes before that.
func Wait(addr *uint32, val uint32, timeout time.Duration) error {
	start := time.Now()
	pause := firstPause
	for atomic.LoadUint32(addr) == val {
		waited := time.Since(start)
		if timeout > 0 && waited >= timeout {
			return ErrTimeout
		}
		if waited >= patience {
			return nil
		}
		if timeout > 0 {
			pause = min(pause, timeout-waited)
		}
		time.Sleep(pause)
		pause = min(2*pause, lastPause)
	}
	return nil
}

// Wake does nothing and returns 0: waiters look by themselves.
func Wake(*uint32, int) (woken int) { return 0 }

// WaitAny is not to be had on this system: errors.ErrUnsupported.
func WaitAny([]*uint32, []uint32, time.Duration) (index int, err error) {
	return -1, errors.ErrUnsupported
}
