//go:build !shmring_hooks

package mem

import "sync/atomic"

// Load reads *p with acquire ordering.
func Load(p *uint64) uint64 { return atomic.LoadUint64(p) }

// Load32 is [Load] for 32 bits.
func Load32(p *uint32) uint32 { return atomic.LoadUint32(p) }

// CAS replaces old with new in *p if it is still there. It is a full barrier.
func CAS(p *uint64, old, new uint64) bool { return atomic.CompareAndSwapUint64(p, old, new) }

// Add adds delta and returns the new value. It is a full barrier.
func Add(p *uint64, delta uint64) uint64 { return atomic.AddUint64(p, delta) }

// Add32 is [Add] for 32 bits.
func Add32(p *uint32, delta uint32) uint32 { return atomic.AddUint32(p, delta) }

// Or32 sets bits in *p and returns what was there. It is a full barrier.
func Or32(p *uint32, bits uint32) uint32 { return atomic.OrUint32(p, bits) }

// And32 keeps only the given bits of *p and returns what was there. It is a full barrier.
func And32(p *uint32, bits uint32) uint32 { return atomic.AndUint32(p, bits) }
