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
// Only write locks are leases. A write lock needs a descriptor that was opened for writing, so a process that may only
// read the file can neither hold a lease nor keep a dead holder's lease alive. It can have shared locks, though, on any
// range of the file. A shared lock on the byte of a free lease keeps everybody from acquiring it: ErrObstructed. No
// arrangement of locks on the same file prevents that. Grant read access only to those who may keep newcomers out.
//
// # Fork
//
// A child that was forked and has not executed another program shares the descriptions of its parent, and with them its
// leases. (Go programs do not fork so; C programs and checkpointing tools do.) The leases of a parent that died are held
// until the child ends or executes a program. Until then everybody takes the parent for alive: they wait for it, and
// nobody takes over its slot.
//
// # Removal
//
// If a name is removed while a process is about to acquire a lease, that process is left with a file that nobody else can
// find. Whoever removes the name therefore locks the byte shm.NameByte; AcquireAll locks it and all leases.
//
//	remover                           newcomer
//	R1  lock the name and all leases  A1  lock one lease
//	R2  does the name lead here?      A2  does the name lead here? If not: unlock, ErrRemoved
//	R3  is it still unused? If not: unlock
//	R4  unlink the name
//	R5  unlock
//
// The locks of R1 and A1 exclude each other. If A1 comes first, R1 fails with ErrHeld, and the name stays. If R1 comes
// first, A1 waits until R5, and A2, which comes after R4, sees the outcome. So nobody acquires a lease on a file whose
// name AcquireAll's caller removed. shm.Remove locks the name only, to remove files that are in use; those who hold leases
// keep them.
//
// R4 unlinks a path, which must still lead to the same file. It can lead to another one only after somebody removed the
// name, and everybody who removes it locks NameByte of the file first: R2 stays true until R4.
//
// A process that is killed at any step loses its locks. Before R4, or before A2, nothing has changed. After R4 the name is
// removed, as intended. After A2 the newcomer died as the holder of a lease.
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
