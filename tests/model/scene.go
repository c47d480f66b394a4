//go:build shmring_hooks

package model

import "github.com/shmring/ipc/shmring"

// scene is one thing to be explored.
type scene struct {
	name      string
	kind      shmring.Kind
	capacity  uint64 // bytes
	producers int    // slots
	threads   []thread
	kills     int
	buffer    int  // stores a thread's store buffer holds; 0: sequential consistency
	ends      bool // follow the bookkeeping of the end of the stream
	wraps     bool // follow the quarantine of generations that wrap
	// prepare changes the memory before anybody comes.
	prepare func(m *machine, words *[maxWords]uint64)
	broken  func() tamper
}

// thread is one party of a scene.
type thread struct {
	name     string
	program  program
	heir     program // comes when it was killed; nil: nobody
	records  uint16  // that it and its heir send
	consumer bool
	mortal   bool
	attached bool // attaches before the exploration begins
	last     bool // begins when all other producers have ended
}
