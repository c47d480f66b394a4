// Package sock is what a connection needs from its socket beyond reading and writing bytes: who the peer is,
// descriptors to pass, a byte that wakes, and the files of a listener.
//
//	Peer               the process and user at the other end, as the kernel knows them
//	Send, Receive      a fixed number of bytes, and open files with them (SCM_RIGHTS)
//	Unacked            how much of what was written has not arrived
//	Notifier           sends one byte without ever waiting; a byte that finds no room follows later
//	ReadNotifications  the peer's bytes, joined, and the end of the socket
//	Listen             a socket file with the right permissions from the first moment
//	Lock               a file whose lock ends with its holder
//
// # Invariants
//
//   - Descriptors that arrive are close-on-exec from the first moment and belong to the caller. Where a call fails, it
//     has closed them.
//   - On systems other than Linux no descriptors and no notifications are passed. A call that has nothing to offer
//     returns [errors.ErrUnsupported].
package sock
