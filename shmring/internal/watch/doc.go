// Package watch has the kernel wake a sleeper when one of a set of processes ends, because a dead process wakes nobody.
//
// It is only a wake-up call: who is dead, the leases say (package lease). Processes in another pid namespace cannot be
// watched; while there are any, Complete is false and the caller must look every few milliseconds. A slot does not name
// its namespace: one whose pid and start time happen to be those of a process here passes for that process, and its
// death is noticed when the sleep ends by itself.
//
// Invariants: each process is watched once, however many slots it has; when Stop has returned, nothing touches the
// doorbell any more.
package watch
