//go:build !race

package mem

import "sync/atomic"

// Peek reads *p with acquire ordering, for an observer who can make sense of anything, torn payload included. It is not
// part of any protocol: the race detector does not see it.
func Peek(p *uint64) uint64 { return atomic.LoadUint64(p) }

// PeekAppend is [Append] for such an observer, who drops what turns out to have changed meanwhile.
func PeekAppend(dst, src []byte) []byte { return Append(dst, src) }
