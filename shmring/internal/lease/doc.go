// Package lease tells the living from the dead: a lease is a lock on one byte of a
// file that the kernel takes back the moment its holder is gone, however it went.
//
//	segment file   ┌──┬──┬──┬──┬───
//	offset         │ 0│ 1│ 2│ 3│        one byte per slot; its value means nothing
//	               └──┴▲─┴──┴▲─┴───
//	                   │     └ description of producer B   (F_OFD_SETLK, write)
//	                   └────── description of producer A
//	                           prober: a description that never locks (F_OFD_GETLK)
//
// Invariants:
//
//   - One open file description per lease, close-on-exec, made for it and closed with
//     it. A description that was passed on or inherited would share the lock.
//   - The prober's description holds no lock, so it sees every lease, those of its own
//     process included.
//   - Locks hang on the inode: processes in different pid namespaces agree, and a pid
//     used twice fools nobody.
//   - A lock is gone before the holder's exit is reported to its parent: when a
//     zombie is seen, its leases are free.
//
// Keep a Lease reachable for as long as it is meant: the garbage collector closes
// files that nobody refers to.
//
// Other systems: Windows locks bytes far beyond the file's end with LockFileEx; macOS
// and the BSDs lock a file of its own for each byte with flock(2), which lies beside
// the segment under a hidden name (".<base>.<inode>.lease.<offset>") and stays there.
// Both kinds end with their holder, too. To probe, these systems must lock for a
// moment, so Acquire tries for a few milliseconds before it says ErrHeld. On the rest
// Files reports [errors.ErrUnsupported]. Local works everywhere.
package lease
