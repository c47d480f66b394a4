// Package wait makes a party of a ring wait for its peer: look, spin, yield, and in the end park in the kernel.
//
//	sleeper (Waiter)                              waker (Doorbell)
//	read the futex word                           publish with a release store
//	thorough look at the condition                flags zero? done: no system call, no fence
//	raise the flag                                else lower the flags, add 1 to the futex word,
//	barrier on behalf of everybody                     wake all that sleep on it
//	last look at the condition
//	sleep while the futex word is unchanged
//
// # Why no wake-up is lost
//
// The waker makes no fence of its own between publishing and its look at the flags. The sleeper makes it for
// everybody (membarrier(2), package fence) between raising its flag and its last look. Either the waker's store
// came before that barrier, and the last look sees it, or the waker's look at the flags comes after it, and sees
// the flag. A wake-up between the last look and the sleep changes the futex word, and the kernel compares that word
// before it sleeps. Where a party has no membarrier, it raises [layout.FenceFlag] for good: the flags are then never
// zero, and the waker's atomic AND is the barrier.
//
// # Invariants
//
//   - The futex word is read before the thorough look, so that a wake-up during that look ends the sleep.
//   - All sleepers of a doorbell are woken together. A waker lowers the flags of all of them; each looks again
//     and raises its own when it goes back to sleep.
//   - Every sleep is bounded by the condition's MaxSleep, because a peer that breaks the rules can swallow a wake-up.
//   - Every wait gives its processor away in the end: Spin yields to other goroutines and to other processes, too.
//   - When Wait has returned, no hook of its context touches the memory any more.
package wait
