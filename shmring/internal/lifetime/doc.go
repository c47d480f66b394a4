// Package lifetime keeps memory mapped under calls that are under way and under memory that is lent out, although
// Close may come from any goroutine at any time.
//
// The owner announces each call with two plain stores to busy; Close pays for the fence instead (asymmetric Dekker:
// either the owner's next look at closed sees Close, or Close sees busy). Whatever is still lent when Close comes keeps
// the mapping and the lease until the owner gives it back:
//
//	state: open ──Close──▶ closing ──nothing lent──▶ finished
//	                          └──────▶ left ──given back──▶ finished
//
// # Invariants
//
//   - busy and lent are written by the owner only, closed by Close and, from left on, by the owner.
//   - While the state is closing, Close touches the memory, and only Close may finish; once it has left, the owner may.
//   - Finish runs exactly once, with mapping and lease still held.
//   - After memory was lost (package fault sets the alarm), no call believes what it has read since it began.
package lifetime
