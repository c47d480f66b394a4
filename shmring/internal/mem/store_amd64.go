//go:build !race && !shmring_hooks

package mem

// On amd64 every store is a release store (TSO), as long as the compiler keeps it where it is. It does: each
// store takes the memory state that the one before it left, and loads stay between the states they belong to.

// Store writes v to *p with release ordering.
func Store(p *uint64, v uint64) { *p = v }

// StoreThenFence writes v to *p with release ordering, before every later store of this goroutine.
func StoreThenFence(p *uint64, v uint64) { *p = v }

// Store32 is [Store] for 32 bits.
func Store32(p *uint32, v uint32) { *p = v }
