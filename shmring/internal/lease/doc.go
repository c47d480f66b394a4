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
//   - A lease is held from Acquire to Release, whatever becomes of the variable that refers to it.
//
// # Readers
//
// Only write locks are leases. A lock for writing needs a descriptor that was opened for writing, so somebody who may only
// read the file can neither hold a lease nor keep a dead holder's lease alive. The kernel gives him shared locks, though,
// and nothing that is locked on the same file can be kept out of their reach. On the byte of a free lease, such a lock
// keeps everybody from acquiring it: ErrObstructed. Give the right to read only to those who may stop newcomers.
//
// # Fork
//
// A child that was forked and has not executed another program (no Go program does that, C programs and checkpointing
// tools do) has the descriptions of its parent, and with them its leases. The lease of a parent that died is held until
// the child ends or executes a program: until then everybody takes the parent for alive, waits for it, and does not take
// its slot over.
//
// # Removal
//
// A name that is removed from under somebody who is about to acquire a lease would leave him alone with a file that
// nobody else can find. The byte shm.NameByte is locked by whoever removes the name; AcquireAll locks it and all leases.
//
//	remover                           newcomer
//	R1  lock the name and all leases  A1  lock one lease
//	R2  does the name lead here?      A2  does the name lead here? If not: unlock, ErrRemoved
//	R3  is it still unused? If not: unlock
//	R4  unlink the name
//	R5  unlock
//
// Locks of R1 and A1 exclude each other. If A1 comes first, R1 fails: ErrHeld, and the name stays. If R1 comes first, A1
// waits until R5, and A2, which is after R4, finds out. So nobody has a lease on a file whose name a remover took, unless
// he had it when he asked to remove a file in use (shm.Remove, which locks only the name).
//
// R4 unlinks by name, and must not hit another file. The name can only come to lead elsewhere if somebody removes it
// first, and all who remove names hold NameByte of the file that the name leads to: R2 stays true until R4.
//
// Whoever is killed at any step loses its locks. Before R4 and A2 nothing has been changed; after R4 the name is gone,
// which is all that R5 would have added; after A2 the newcomer has died holding a lease, as any holder does.
//
// # Other systems
//
// Windows locks bytes far beyond the file's end with LockFileEx; macOS
// and the BSDs lock a file of its own for each byte with flock(2), which lies beside
// the segment under a hidden name (".<base>.<inode>.lease.<offset>") and stays there.
// Both kinds end with their holder, too. To probe, these systems must lock for a
// moment, and Acquire outlasts that. They cannot tell AcquireAll from a holder, so a newcomer gets ErrHeld instead of
// waiting. On the rest Files reports [errors.ErrUnsupported]. Local works everywhere.
package lease
