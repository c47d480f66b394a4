//go:build amd64 || arm64

package shmring

import (
	"runtime"
	"syscall"
	"unsafe"
)

// denyMembarrier makes membarrier(2) fail with EPERM from now on, in all threads of this process, as a sandbox does that is
// put on after start-up.
func denyMembarrier() error {
	type filter struct {
		code   uint16
		jt, jf uint8
		k      uint32
	}
	const (
		load, ifEqual, ret = 0x20, 0x15, 0x06 // BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
		deny, allow        = 0x00050000 | uint32(syscall.EPERM), 0x7fff0000
		setNoNewPrivileges = 38   // PR_SET_NO_NEW_PRIVS
		setFilter, sync    = 1, 1 // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
	)
	code := []filter{{load, 0, 0, 0}, {ifEqual, 0, 1, membarrierCall}, {ret, 0, 0, deny}, {ret, 0, 0, allow}}
	program := struct {
		length uint16
		code   *filter
	}{uint16(len(code)), &code[0]}
	runtime.LockOSThread() // sync gives the other threads what this one has
	if _, _, errno := syscall.Syscall6(syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	// SAFETY: the kernel reads program and code during the call and keeps neither.
	if _, _, errno := syscall.Syscall(seccompCall, setFilter, sync, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return errno
	}
	return nil
}
