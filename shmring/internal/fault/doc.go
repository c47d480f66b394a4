// Package fault keeps a program alive when mapped memory vanishes beneath it.
//
// A file in a memory file system can be truncated by anybody with the right to write
// it. The next access to a page that is gone raises SIGBUS, which ends a Go program.
// Guard makes the access go through instead, onto zeroed private memory, and sets a
// flag that the owner of the memory looks at when it suits:
//
//	goroutine                    kernel                   handler (assembly)
//	MOVQ (AX), BX ─ page gone ─► SIGBUS, address A ─────► A in a guarded range?
//	                                                      │ yes       │ no
//	                                        flag = 1  ◄───┤           └─► jump to the handler
//	                    zero pages over the whole range ◄─┘               found before: Go's
//	MOVQ (AX), BX ◄──────────── repeated, reads 0 ◄────── return
//
// Nothing is paid before the fault: no deferred call, no check. Every access is
// covered, whoever makes it: atomic operations, copy, and user code that reads a
// borrowed payload.
//
// After a fault the memory is no longer shared: what is written there reaches nobody
// and what is read is zero or one's own. Whatever was read since the last look at the
// flag may be either; look at the flag before believing it.
//
// Invariants of the table that the handler reads (see table.go): an entry is written
// only while its sequence number is odd, and the handler takes only entries whose
// number is even and the same before and after; so it never sees half of one. Of
// several threads that fault in one range, one replaces the memory and the others wait
// for it: memory that was written after the loss is not wiped again.
//
// Not covered: system calls on lost memory fail with EFAULT and set no flag; hardware
// memory errors and misaligned accesses keep their meaning; C code that installs a
// handler of its own and does not pass signals on.
//
// The handler exists on linux/amd64 and linux/arm64. Elsewhere Supported is false and
// Guard does nothing.
package fault
