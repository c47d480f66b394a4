//go:build linux && (amd64 || arm64)

package fault

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// MaxRanges is how many ranges can be guarded at a time.
const MaxRanges = 1024

// entry is one guarded range. The handler reads it by the offsets that the compiler
// writes into go_asm.h, so the names of its fields are used in assembly too.
type entry struct {
	seq   atomic.Uint64          // odd while the fields below change; written under mu
	lo    atomic.Uintptr         // first address
	hi    atomic.Uintptr         // address behind the last; 0: the entry is free
	flag  atomic.Pointer[uint32] // set to 1 by the handler; keeps the word alive
	state atomic.Uint32          // intact and on, below; written by the handler
}

// States of an entry.
const (
	intact    = 0 // no fault yet
	replacing = 1 // a handler is at work
	replaced  = 2 // the range is private zero memory now
	refused   = 3 // the kernel would not replace it; faults go to the handler before ours
)

// The handler runs at any moment on any thread, without a stack worth the name and
// without Go: all it can reach is memory at a fixed place.
var (
	mu       sync.Mutex // serialises Guard, release and installation; never taken by the handler
	table    [MaxRanges]entry
	used     atomic.Uint64 // entries from here on were never used; spares the handler the rest
	previous [trampolines]atomic.Uintptr
)

// set writes the entry as one: a handler sees the old range, the new one, or skips it.
func (e *entry) set(lo, hi uintptr, flag *uint32) {
	e.seq.Add(1)
	e.lo.Store(lo)
	e.hi.Store(hi)
	e.flag.Store(flag)
	e.state.Store(intact)
	e.seq.Add(1)
}

// claim returns a free entry, after making sure that [lo, hi) overlaps no other.
// Preconditions: mu is held.
func claim(lo, hi uintptr) (*entry, error) {
	var free *entry
	n := int(used.Load())
	for i := range table[:n] {
		e := &table[i]
		switch elo, ehi := e.lo.Load(), e.hi.Load(); {
		case ehi == 0:
			free = e
		case lo < ehi && elo < hi:
			return nil, fmt.Errorf("fault: range %#x to %#x overlaps %#x to %#x, which is guarded already", lo, hi, elo, ehi)
		}
	}
	if free != nil {
		return free, nil
	}
	if n == MaxRanges {
		return nil, fmt.Errorf("fault: %d ranges are guarded, which is the most", n)
	}
	used.Store(uint64(n + 1))
	return &table[n], nil
}
