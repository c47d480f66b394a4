//go:build !amd64 || race || shmring_hooks

package mem

import "sync/atomic"

// Store32 writes v to *p with release ordering.
func Store32(p *uint32, v uint32) { atomic.StoreUint32(p, v) }
