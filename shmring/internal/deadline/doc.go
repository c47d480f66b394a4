// Package deadline turns the deadlines of a net.Conn, which may be moved while calls wait, into contexts.
//
//	Deadline ── Set(t) ──▶ moves the end of the current Term, or begins another one if that has ended
//	    └─────── Current() ──▶ Term, the context of one call: os.ErrDeadlineExceeded once the time has come
//
// Programs set deadlines for every message, and some set one in the past to get out of a Read. A Term is therefore one
// small allocation, made only after the last one has ended, and makes its channel when somebody asks for it.
//
// # Invariants
//
//   - A Term ends at most once, and never begins again. Calls that began under it see its end.
//   - When a timer fires that Set could not stop any more, it ends nothing: the time is compared once more under the lock.
//   - A Term ends before the Deadline's wake function is called, so whoever that wakes finds it ended.
package deadline
