// Package model checks the ring protocol by exhausting it: it runs the shipped code of package shmring,
// one shared access at a time, through every interleaving of a few producers, a consumer and kills.
//
// How it works. Built with the tag shmring_hooks, every shared access of the algorithms calls a hook. A
// program (attach, send, send, close) runs until it is about to make an access whose result it was not
// told yet; there it is stopped for good. Told one result more, it is run again from its beginning and
// gets one access further. So the code turns, step by step and only as far as it is needed, into an
// automaton: a node is what a thread has seen so far, an edge is what its next access returned. Runs that
// reach the same place of their program in the same private state share a node.
//
// On top of these automata the search is an ordinary one over explicit states: shared words, one node per
// thread, store buffers, and a ghost that remembers what was sent, acknowledged and delivered. All
// successors of every state are visited once: one access of one thread, one store leaving a store buffer,
// one death, one succession.
//
// What is checked in every state: nothing torn, nothing invented, nothing twice (but what a dead consumer
// had not released), order as promised, bytes outside [head, tail) zero. And over the whole graph: from every
// state some state without further kills can be reached in which everything acknowledged was delivered,
// everybody is done and the ring is empty and clean, which rules out deadlock and livelock. A state without
// such a way out lies in, or leads to, a strongly connected component that nothing leaves; Tarjan's
// algorithm (SIAM J. Comput. 1, 1972) finds it during the search.
//
// Memory is sequentially consistent, or total store order as on amd64: each thread's stores pass
// through a bounded queue that drains at any moment and before every locked instruction and system call.
//
// Visited states are kept as 64-bit fingerprints; the chance that two of ten million states share one is
// about 3 in a million.
//
// go test ./tests/model runs the short form, in a child process that is built with the tag. The long form
// takes about ten minutes:
//
//	SHMRING_MODEL=long go test -tags shmring_hooks -timeout 60m -v ./tests/model
//
// Not modelled: parking and wake-ups, stopped processes, writers that break the rules, other processors'
// weaker orders, starvation.
package model
