package fence

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Commands of membarrier(2).
const (
	globalExpedited          = 1 << 1
	registerGlobalExpedited  = 1 << 2
	privateExpedited         = 1 << 3
	registerPrivateExpedited = 1 << 4
)

// A registration belongs to the process and lasts as long as it does.
var (
	registerGlobal  = sync.OnceValue(func() bool { return membarrier(registerGlobalExpedited) })
	registerPrivate = sync.OnceValue(func() bool { return membarrier(registerPrivateExpedited) })
)

// Register makes this process one of those that Global reaches, and Private usable.
// It reports whether Global will reach it. Only the first call does any work.
func Register() bool {
	registerPrivate()
	return registerGlobal()
}

// Global returns true after every running thread of every registered process has
// passed a full memory barrier, and this one too; it takes a few microseconds. False
// means that the kernel (before Linux 4.16) has no such call: nothing was ordered.
func Global() bool { return membarrier(globalExpedited) }

// Private is Global for the threads of this process alone. It needs no Register.
func Private() bool { return registerPrivate() && membarrier(privateExpedited) }

func membarrier(command uintptr) bool {
	_, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, command, 0, 0)
	return errno == 0
}
