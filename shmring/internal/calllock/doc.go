// Package calllock is a mutex for calls that have a context: one goroutine at a time is inside, and who waits gives up
// when its context ends. [sync.Mutex] cannot do that.
//
// # Invariants
//
//   - waiters counts the holder and everybody who waits, and nobody else.
//   - A holder that leaves while others wait hands the lock on: it passes one token, and waiters goes on counting the
//     goroutine that will take it. A token is therefore never left over, and never missing.
//   - A waiter may give up only by a step that leaves waiters above the number of tokens on their way.
//
// Waiters get the lock in the order in which they wait for the token, which is that of Go's channels: first come, first
// served. A goroutine that finds the lock free does not queue. Lock and Unlock without contention cost two atomic
// additions and allocate nothing.
package calllock
