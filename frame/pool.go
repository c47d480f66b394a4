package frame

import "sync"

// Pool lends large buffers to Writers and Readers and keeps what comes back, up to a cap.
// It is safe for concurrent use; the zero Pool keeps nothing.
type Pool struct {
	mu    sync.Mutex
	idle  [][]byte
	bytes int // sum of the capacities in idle; never above limit
	limit int
}

// NewPool returns a pool that keeps buffers of at most limit bytes together.
func NewPool(limit int) *Pool {
	return &Pool{limit: limit}
}

// Idle returns how many bytes of buffers wait to be used again.
func (p *Pool) Idle() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// take returns the smallest idle buffer of at least want bytes, or else a fresh one of fresh bytes.
// Its length is its capacity.
func (p *Pool) take(want, fresh int) []byte {
	if b := p.find(want); b != nil {
		return b
	}
	return make([]byte, fresh)
}

func (p *Pool) find(want int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	best := -1
	for i, b := range p.idle {
		if cap(b) >= want && (best < 0 || cap(b) < cap(p.idle[best])) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	b, last := p.idle[best], len(p.idle)-1
	p.idle[best], p.idle[last] = p.idle[last], nil
	p.idle = p.idle[:last]
	p.bytes -= cap(b)
	return b[:cap(b)]
}

// put gives b back. The pool keeps it while the cap allows it.
func (p *Pool) put(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cap(b) > 0 && cap(b) <= p.limit-p.bytes {
		p.idle = append(p.idle, b)
		p.bytes += cap(b)
	}
}
