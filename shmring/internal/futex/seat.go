package futex

import "sync/atomic"

// maxSeats bounds the threads that wait where another way of waiting is at hand.
const maxSeats = 4

// seats counts those that are taken, in the whole process, because threads are the process's.
var seats atomic.Int32

// TakeSeat reports whether a caller that could wait without a thread may use one in Wait now. If so,
// LeaveSeat follows.
func TakeSeat() bool {
	if seats.Add(1) <= maxSeats {
		return true
	}
	seats.Add(-1)
	return false
}

// LeaveSeat gives a seat back.
func LeaveSeat() { seats.Add(-1) }
