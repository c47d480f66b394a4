//go:build !race && !shmring_hooks

package mem

// Store32 writes v to *p with release ordering, which every store has on amd64.
func Store32(p *uint32, v uint32) { *p = v }
