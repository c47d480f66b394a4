package futex

import (
	"math"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Operations of futex(2). Neither is marked private: the other side is a process.
const (
	opWait = 0
	opWake = 1
)

// Wait sleeps until Wake is called for the word at addr, but only if the word still
// holds val; a timeout above zero bounds the sleep, others do not. It returns nil
// when woken, when the word held another value and when a signal came; ErrTimeout
// when the time is up; and the system's error if addr is misaligned or not mapped.
func Wait(addr *uint32, val uint32, timeout time.Duration) error {
	var limit *unix.Timespec
	if timeout > 0 {
		ts := unix.NsecToTimespec(int64(min(timeout, math.MaxInt32*time.Second)))
		limit = &ts
	}
	// SAFETY: both conversions stand in the call itself, so addr and limit stay where
	// they are until it returns. The kernel reads one aligned word and one timespec.
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(addr)), opWait,
		uintptr(val), uintptr(unsafe.Pointer(limit)), 0, 0)
	return result("futex wait", errno)
}

// Wake wakes at most n waiters of the word at addr, in this process and in others,
// and returns how many there were. An address without waiters, or without memory, has
// none.
func Wake(addr *uint32, n int) (woken int) {
	if n <= 0 {
		return 0
	}
	// SAFETY: the conversion stands in the call itself. The kernel uses the address to
	// find waiters and does not touch the memory.
	r, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(addr)), opWake,
		uintptr(min(n, math.MaxInt32)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(r)
}

// result judges how a wait ended.
func result(op string, errno unix.Errno) error {
	switch errno {
	case 0, unix.EAGAIN, unix.EINTR:
		return nil
	case unix.ETIMEDOUT:
		return ErrTimeout
	}
	return os.NewSyscallError(op, errno)
}
