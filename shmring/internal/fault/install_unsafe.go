//go:build linux && (amd64 || arm64)

package fault

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// trampolines is how many doors lead into the handler. One would do if nobody else
// put a handler before ours and passed on to us; going before such a one by the same
// door again would send a foreign fault round in a circle. Each door has a previous
// handler of its own, so the way always ends at the one that was first.
const trampolines = 4

// Flags of sigaction(2) that matter to the handler.
const (
	saSiginfo   = 0x00000004 // pass the address
	saOnStack   = 0x08000000 // run on the thread's signal stack: a goroutine's may be full
	saNoDefer   = 0x40000000
	saResetHand = 0x80000000
)

// action is the kernel's struct sigaction on amd64 and arm64.
type action struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// doorAddress returns where door i (0 to trampolines-1) begins. In assembly.
func doorAddress(i int) uintptr

// install makes sure that one of our doors is the process's SIGBUS handler.
// Preconditions: mu is held.
func install() error {
	var now action
	if err := sigaction(nil, &now); err != nil {
		return err
	}
	door := -1
	for i := range trampolines {
		switch p := previous[i].Load(); {
		case now.handler == doorAddress(i):
			return nil
		case p == now.handler:
			door = i
		case p == 0 && door < 0:
			door = i
		}
	}
	if now.handler <= 1 { // SIG_DFL, SIG_IGN
		return errors.New("fault: the process has no SIGBUS handler to pass on to")
	}
	if door < 0 {
		return fmt.Errorf("fault: others have replaced the SIGBUS handler more than %d times", trampolines)
	}
	previous[door].Store(now.handler)
	ours := now // its restorer, its stack, and whatever else it asked for
	ours.handler = doorAddress(door)
	ours.flags |= saSiginfo | saOnStack
	ours.flags &^= saResetHand | saNoDefer
	ours.mask = ^uint64(0) // nothing interrupts the handler
	return sigaction(&ours, nil)
}

// sigaction is rt_sigaction(2) for SIGBUS. It goes past Go's runtime, which offers no
// way to handle a fault that its own code, too, may be the one to run into.
func sigaction(set, old *action) error {
	// SAFETY: the conversions stand in the call itself; the kernel reads one action and
	// writes the other, both of its own layout, and 8 is the size of their mask.
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGBUS),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("rt_sigaction", errno)
	}
	return nil
}

// address returns where mem begins.
func address(mem []byte) uintptr {
	// SAFETY: the pointer is only turned into a number; mapped memory does not move.
	return uintptr(unsafe.Pointer(unsafe.SliceData(mem)))
}
