// Package shm makes, opens and looks after the memory that two processes share:
// a regular file in a memory file system, a sealed memfd, or, for tests and the
// race detector, ordinary Go memory with the same shape.
//
//	             name in the directory          no name
//	Create  ──►  /dev/shm/feed      Memfd  ──►  memfd:feed (sealed)
//	                 │                              │ descriptor passed on
//	Open    ──►      ▼              FromFile ──►    ▼
//	             ┌───────────────────────────────────┐
//	             │ Mapping.Data, page aligned        │   Heap ──► the same, in Go memory
//	             └───────────────────────────────────┘
//
// Invariants:
//
//   - A name never leads to half a file. Create reserves every page, fills the
//     memory and only then links the name. Where the file system knows unnamed
//     files (O_TMPFILE), a creator killed at any step leaves nothing behind.
//   - A symbolic link in the last place of a path is never followed.
//   - Every descriptor is close-on-exec.
//   - The descriptor of a Mapping carries no lock. Whoever locks asks Reopen for
//     an open file description of its own, because an inherited or passed
//     description shares its locks with everybody else who has it.
//
// Lifetime: Data, and every slice and pointer made from it, is valid until Unmap.
// An access after that is a fault no Go program survives. A Mapping's methods are
// safe for concurrent use, Unmap included; Data itself is not guarded by anything.
//
// On systems other than Linux the same calls work on files in the temporary
// directory with what those systems have: no reservation beyond writing zeros, no
// Memfd and no FromFile (both report [errors.ErrUnsupported]); on Windows no owner
// check either.
package shm
