package futex

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// waiter is one line of futex_waitv's table, as the kernel lays it out (struct
// futex_waitv).
type waiter struct {
	val   uint64 // the value to sleep on
	addr  uint64 // of the word
	flags uint32 // its size; not private
	_     uint32
}

const sizeU32 = 2

// kernelTime is the 64-bit timespec that futex_waitv takes on every processor.
type kernelTime struct {
	sec, nsec int64
}

// WaitAny sleeps until one of the words is woken, but only if addrs[i] holds vals[i]
// for every i; a timeout above zero bounds the sleep. It returns the index of a word
// that was woken or holds another value, or -1 with a nil error when it cannot tell
// which (a signal came). len(addrs) must equal len(vals) and be 1 to MaxWords.
//
// Errors: ErrTimeout; errors.ErrUnsupported for another number of words and for a
// kernel before Linux 5.16; the system's error if a word is misaligned or not mapped.
func WaitAny(addrs []*uint32, vals []uint32, timeout time.Duration) (index int, err error) {
	if len(addrs) != len(vals) || len(addrs) == 0 || len(addrs) > MaxWords {
		return -1, fmt.Errorf("futex: %d words, %d values; want 1 to %d of both: %w",
			len(addrs), len(vals), MaxWords, errors.ErrUnsupported)
	}
	var table [MaxWords]waiter
	for i, a := range addrs {
		// SAFETY: the address is only a number to the table. addrs keeps the word alive
		// until KeepAlive below, and neither mapped nor heap memory moves.
		table[i] = waiter{val: uint64(vals[i]), addr: uint64(uintptr(unsafe.Pointer(a))), flags: sizeU32}
	}
	var limit *kernelTime
	if timeout > 0 {
		end, err := deadline(timeout)
		if err != nil {
			return -1, err
		}
		limit = &end
	}
	// SAFETY: both conversions stand in the call itself. The kernel reads len(addrs)
	// lines of table and one kernelTime.
	r, _, errno := unix.Syscall6(unix.SYS_FUTEX_WAITV, uintptr(unsafe.Pointer(&table)), uintptr(len(addrs)),
		0, uintptr(unsafe.Pointer(limit)), unix.CLOCK_MONOTONIC, 0)
	runtime.KeepAlive(addrs)
	switch errno {
	case 0:
		return int(r), nil
	case unix.ENOSYS:
		return -1, errors.ErrUnsupported
	}
	if err := result("futex waitv", errno); err != nil {
		return -1, err
	}
	return changed(addrs, vals), nil
}

// changed returns the first word that no longer holds its value, or -1.
func changed(addrs []*uint32, vals []uint32) int {
	for i, a := range addrs {
		if a != nil && atomic.LoadUint32(a) != vals[i] {
			return i
		}
	}
	return -1
}

// deadline returns the point in time that lies timeout ahead.
func deadline(timeout time.Duration) (kernelTime, error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return kernelTime{}, os.NewSyscallError("clock_gettime", err)
	}
	const second = int64(time.Second)
	nsec := int64(now.Nsec) + int64(timeout)%second
	return kernelTime{
		sec:  int64(now.Sec) + int64(timeout)/second + nsec/second,
		nsec: nsec % second,
	}, nil
}
