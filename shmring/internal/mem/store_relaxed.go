//go:build (amd64 || arm64) && !race && !shmring_hooks

package mem

// Pause executes n spin-wait hints, about 20 ns each on current amd64 parts; at least one.
//
//go:noescape
func Pause(n uint32)

// StoreRelaxed writes v to *p with no ordering of its own, for words that only observers read: counters and
// flags whose reader brings the fence. An aligned word is never torn.
func StoreRelaxed(p *uint64, v uint64) { *p = v }

// StoreRelaxed32 is [StoreRelaxed] for 32 bits.
func StoreRelaxed32(p *uint32, v uint32) { *p = v }

// AddOwned adds delta to a counter that only the caller writes, with no ordering.
func AddOwned(p *uint64, delta uint64) { *p += delta }
