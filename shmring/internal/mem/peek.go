package mem

// Peek reads *p for an observer who can make sense of anything, torn payload included: it is not part of any
// protocol, so the race detector need not hold it against those who write there.
//
//go:norace
func Peek(p *uint64) uint64 { return *p }
