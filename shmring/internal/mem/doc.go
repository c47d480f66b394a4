// Package mem reads and writes the words of a segment with the memory ordering that each access needs.
//
// Go's sync/atomic offers one ordering, sequential consistency, and its store is a locked exchange on
// amd64. The ring algorithms need less: an acquire load and a release store. This package gives those
// their names and their cheapest instruction:
//
//	                amd64          arm64             other, and under -race
//	Load            MOV            LDAR              atomic load
//	Store           MOV            STLR              atomic store
//	StoreThenFence  MOV            STLR, DMB ISHST   atomic store
//	StoreRelaxed    MOV            STR               atomic store
//	AddOwned        ADD            LDR, ADD, STR     atomic add
//	CAS, Swap       LOCK CMPXCHG   LSE or LL/SC      atomic
//
// Store and Load make a release/acquire pair: whoever loads the stored value also sees everything that
// was written before it. On amd64 both are plain instructions: the processor keeps stores in order, and so does
// the compiler. A Store followed by a Load of another word is not ordered; where that matters
// the algorithm says which fence makes up for it.
//
// All shared accesses of the ring algorithms go through this package, and only through it. Built with
// the tag shmring_hooks, every access first calls a hook: that is how the tests kill a process between
// any two of them, delay it there, or run the very same code step by step in a model checker. Without
// the tag there is no trace of it in the binary.
package mem
