// Package sock is what a connection asks of its socket beyond reading and writing bytes: who is on the
// other side, descriptors to pass, a byte that wakes, and a lock that says a listener lives.
//
//	Peer          the process and user at the other end, as the kernel knows them
//	Send, Receive a fixed number of bytes, and open files with them (SCM_RIGHTS)
//	Unacked       how much of what was written has not arrived
//	Notifier       one byte, without ever waiting: where there is no room, it follows
//	Hear          the peer's bytes, joined, and its end
//	Lock          a file whose lock ends with its holder
//
// Descriptors that arrive are close-on-exec from the first moment and belong to the caller; whatever
// fails, none is left behind. On systems other than Linux no descriptors are passed and nobody knocks;
// where a call has nothing to offer, it returns [errors.ErrUnsupported].
package sock
