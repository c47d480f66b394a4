// Package crash kills real processes on real segments, and looks at what is left.
//
//   - at random, with delays at every shared access, senders and consumers of both kinds of ring;
//   - at every single shared access of a send, a batch, a reservation and a receive;
//   - at every single machine instruction of a send, with ptrace(2);
//   - not killed but stopped in the middle of a send, and continued.
//
// What must hold: whatever a send reported as done is delivered, once and in order, unless a consumer was
// killed that had not released it; nothing is torn; and the ring goes on.
//
// The processes are this test binary, started again. To see the shared accesses it must be built with the tag
// shmring_hooks; without the tag the package runs go test on itself, and steps through the shipped code.
//
// go test ./tests/crash runs the short form. The long form makes 5000 kills of senders and as many of
// consumers, steps through every instruction, and takes about ten minutes:
//
//	SHMRING_CRASH=long go test -timeout 60m -v ./tests/crash
package crash
