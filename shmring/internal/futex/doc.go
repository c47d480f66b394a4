// Package futex lets a goroutine sleep until another process changes a 32-bit word
// in shared memory.
//
//	waiter                                  waker
//	v := word                               change word
//	is there work? yes: done                Wake(&word, 1)
//	Wait(&word, v) ── sleeps only while
//	                  word is still v ──►   returns
//
// The kernel compares word and value and goes to sleep in one step, so a change made
// between the look and the sleep is never missed. Words are found by the memory they
// live in, so processes that map the same page at different addresses meet; a word in
// Go memory serves the goroutines of one process.
//
// Every return may be spurious: look at the word again. A waiting goroutine occupies
// one thread of the operating system.
//
// Words must be aligned to 4 bytes and must live in a mapping or on the heap, where
// others can reach them, and must stay mapped during the call.
//
// On systems other than Linux waiting is looking again and again, ever less often,
// at most 1 ms apart and for at most 2 ms in all; Wake does nothing.
package futex
