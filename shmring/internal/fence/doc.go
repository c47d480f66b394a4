// Package fence makes other processors pass a full memory barrier, so that the side
// of a protocol that runs often needs none.
//
//	sender (often)             waiter (seldom)
//	publish, plain store       waiting = 1
//	if waiting: wake           Global()        ← both sides now agree on an order
//	                           published? yes: don't sleep
//
// Without the barrier both sides may miss each other's store: a processor keeps a
// plain store to itself for a while. With it, either the sender sees waiting or the
// waiter sees what was published. It is membarrier(2).
//
// Global reaches the threads of every process that has called Register, and only
// those. Where a party cannot register, the senders must use a locked instruction.
// On systems other than Linux nothing is available and every call returns false.
package fence
