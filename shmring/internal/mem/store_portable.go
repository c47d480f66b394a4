//go:build !shmring_hooks && (race || !(amd64 || arm64))

package mem

import (
	"runtime"
	"sync/atomic"
)

// Store writes v to *p with release ordering.
func Store(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// StoreThenFence writes v to *p with release ordering, before every later store of this goroutine.
func StoreThenFence(p *uint64, v uint64) { atomic.SwapUint64(p, v) }

// StoreRelaxed writes v to *p for words that only observers read.
func StoreRelaxed(p *uint64, v uint64) { atomic.StoreUint64(p, v) }

// StoreRelaxed32 is [StoreRelaxed] for 32 bits.
func StoreRelaxed32(p *uint32, v uint32) { atomic.StoreUint32(p, v) }

// AddOwned adds delta to a counter that only the caller writes.
func AddOwned(p *uint64, delta uint64) { atomic.StoreUint64(p, atomic.LoadUint64(p)+delta) }

// Pause gives way for a moment; n counts spin-wait hints where the processor has them.
func Pause(n uint32) { runtime.Gosched() }
