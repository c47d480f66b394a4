//go:build shmring_hooks

package model

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/shmring/ipc/shmring"
)

// program is what one thread does. It must be deterministic but for what its accesses return.
type program func(t *run)

// run is one execution of a program up to the first access whose result is not known yet.
type run struct {
	m      *machine
	script []uint64 // results of the accesses made so far
	at     int
	tamper tamper

	pending action  // the access it stopped at
	before  []event // happened after the last known access, before a boundary
	events  []event // happened after it, before the pending access
	starts  []event // happens together with the pending access
	key     uint64  // of the boundary passed since the last known access; 0: none
	merged  int32   // node that another run has at that boundary already, or -1

	last   action // the access before, and its result: see pause
	result uint64
	paused bool
}

// tamper changes accesses on their way, to break a protocol on purpose. It makes the access by t.do, makes
// others, or none.
type tamper func(t *run, op shmring.Op, a action) uint64

type stopped struct{}

// execute runs p with the given results of its first accesses.
func (m *machine) execute(p program, script []uint64) (t *run) {
	t = &run{m: m, script: script, merged: -1}
	if m.broken != nil {
		t.tamper = m.broken()
	}
	hook.current = t
	defer func() {
		hook.current = nil
		if r := recover(); r != nil {
			if _, ok := r.(stopped); !ok {
				panic(r)
			}
		}
	}()
	p(t)
	t.pending = action{}
	return t
}

// fresh reports whether the run has left known ground.
func (t *run) fresh() bool { return t.at == len(t.script) }

// do makes an access: it returns what the script says, or ends the run.
func (t *run) do(a action) uint64 {
	if t.paused && a.kind == load && a == t.last {
		t.paused = false
		return t.result // a look after a pause sees what the look before it saw
	}
	t.paused = false
	if t.at == len(t.script) {
		t.pending = a
		panic(stopped{})
	}
	v := t.script[t.at]
	t.at++
	t.last, t.result = a, v
	return v
}

func (t *run) access(op shmring.Op, a action) uint64 {
	if t.tamper != nil {
		return t.tamper(t, op, a)
	}
	return t.do(a)
}

// boundary says that all that matters of the past is in state: where the program is and what it holds.
func (t *run) boundary(state ...uint64) {
	if !t.fresh() {
		return
	}
	var h maphash.Hash
	h.SetSeed(t.m.seed)
	for _, v := range state {
		maphash.WriteComparable(&h, v)
	}
	key := h.Sum64() | 1
	if t.key != 0 {
		panic("model: a program passed two boundaries without a shared access between them")
	}
	if n, ok := t.m.boundaries[boundaryKey{t.m.running, key}]; ok {
		t.merged = n
		panic(stopped{})
	}
	t.key = key
	t.before, t.events = t.events, nil
}

// emit records an event that happens together with the last access.
func (t *run) emit(k eventKind, id int) {
	if t.fresh() {
		t.events = append(t.events, event{k, uint8(id)})
	}
}

// fail records that a call returned an error that it must not.
func (t *run) fail(err error) {
	if t.fresh() {
		t.m.failures = append(t.m.failures, err)
		t.emit(failed, len(t.m.failures)-1)
	}
}

// intend records an event that happens together with the next access.
func (t *run) intend(k eventKind, id int) {
	if t.fresh() {
		t.starts = append(t.starts, event{k, uint8(id)})
	}
}

// hook is the one that package mem calls.
var hook = &tap{}

// tap passes the accesses of the current run on to it, and lets all others through.
type tap struct{ current *run }

func (h *tap) Load64(p *uint64) uint64 {
	if h.current == nil {
		return atomic.LoadUint64(p)
	}
	if w, ok := h.current.m.index[p]; ok {
		return h.current.access(shmring.OpLoad, action{kind: load, word: w})
	}
	return 0 // a counter
}

func (h *tap) Store64(op shmring.Op, p *uint64, v uint64) {
	if h.current == nil {
		atomic.StoreUint64(p, v)
	} else if w, ok := h.current.m.index[p]; ok {
		h.current.access(op, action{kind: store, word: w, a: v})
	}
}

func (h *tap) CAS64(p *uint64, old, new uint64) bool {
	if h.current == nil {
		return atomic.CompareAndSwapUint64(p, old, new)
	}
	if w, ok := h.current.m.index[p]; ok {
		return h.current.access(shmring.OpCAS, action{kind: cas, word: w, a: old, b: new}) == 1
	}
	return true
}

func (h *tap) Add64(p *uint64, delta uint64) uint64 {
	if h.current == nil {
		return atomic.AddUint64(p, delta)
	}
	if w, ok := h.current.m.index[p]; ok {
		return h.current.access(shmring.OpAdd, action{kind: add, word: w, a: delta})
	}
	return 0
}

func (h *tap) Before(op shmring.Op) {
	if t := h.current; t != nil && op == shmring.OpPause {
		t.paused = true
	}
}

// leases is a lease table whose every call is a shared access of the current run.
type leases struct{ m *machine }

func (l leases) Acquire(off int64) (shmring.Lease, error) {
	a := action{kind: acquire, word: l.m.leaseWord(off)}
	if hook.current.access(opLease, a) == 0 {
		return nil, shmring.ErrLeaseHeld
	}
	return heldLease{a.word}, nil
}

func (l leases) Held(off int64) (bool, error) {
	return hook.current.access(opLease, action{kind: probe, word: l.m.leaseWord(off)}) == 1, nil
}

func (l leases) Close() error { return nil }

type heldLease struct{ word uint16 }

func (l heldLease) Release() error {
	hook.current.access(opLease, action{kind: free, word: l.word})
	return nil
}

// opLease stands for the kernel's part.
const opLease = shmring.OpPause
