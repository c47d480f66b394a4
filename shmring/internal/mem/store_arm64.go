//go:build !race && !shmring_hooks

package mem

// Store writes v to *p with release ordering.
//
//go:noescape
func Store(p *uint64, v uint64)

// StoreThenFence writes v to *p with release ordering, before every later store of this goroutine.
//
//go:noescape
func StoreThenFence(p *uint64, v uint64)
