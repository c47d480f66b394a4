//go:build race

package mem

import (
	"slices"
	"sync/atomic"
)

// Peek reads *p for an observer: see the other builds. The detector would hold an atomic load against whoever writes
// payload there.
//
//go:norace
func Peek(p *uint64) uint64 {
	v := *p
	var barrier uint32
	atomic.AddUint32(&barrier, 1) // acquire: no later read comes before this one
	return v
}

// PeekAppend is [Append] for an observer.
//
//go:norace
func PeekAppend(dst, src []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	for i, b := range src {
		dst[n+i] = b
	}
	return dst
}
