package fence

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"
)

// lines keeps the two words of the test on cache lines of their own.
type lines struct {
	ready   uint32
	_       [124]byte
	waiting uint32
	_       [124]byte
}

// storePlain stores without a locked instruction, which the race detector must not see
// and the compiler must not move.
//
//go:noinline
//go:norace
func storePlain(p *uint32, v uint32) {
	// SAFETY: p is a valid word; the detour only hides it from the race detector.
	*(*uint32)(unsafe.Pointer(p)) = v
}

// await spins until word holds want, and lets others run now and then.
func await(word *atomic.Uint32, want uint32) {
	for spins := 1; word.Load() != want; spins++ {
		if spins%4096 == 0 {
			runtime.Gosched()
		}
	}
}

// missed plays the store buffering test and counts the rounds in which both sides
// missed each other: each side stores to its own word and then looks at the other's.
// The sender's store is a plain one; the waiter calls barrier between store and look.
func missed(rounds uint32, barrier func()) (n int) {
	var shared lines
	var start, done atomic.Uint32
	var sawWaiting uint32
	var wg sync.WaitGroup
	wg.Go(func() { // the sender
		for i := uint32(1); i <= rounds; i++ {
			await(&start, i)
			storePlain(&shared.ready, 1)
			sawWaiting = atomic.LoadUint32(&shared.waiting)
			done.Store(i)
		}
	})
	for i := uint32(1); i <= rounds; i++ { // the waiter
		atomic.StoreUint32(&shared.ready, 0)
		atomic.StoreUint32(&shared.waiting, 0)
		start.Store(i)
		for range i % 512 { // meet the sender at different moments
			start.Load()
		}
		storePlain(&shared.waiting, 1)
		barrier()
		sawReady := atomic.LoadUint32(&shared.ready)
		await(&done, i)
		if sawReady == 0 && sawWaiting == 0 {
			n++
		}
	}
	wg.Wait()
	return n
}

func TestAFenceOnOneSideReplacesALockedStoreOnTheOther(t *testing.T) {
	if !Register() {
		t.Skip("no barrier across processes on this system")
	}
	const rounds = 4000
	t.Logf("without a barrier: missed in %d of %d rounds", missed(rounds, func() {}), rounds)
	if n := missed(rounds, func() { Global() }); n != 0 {
		t.Errorf("with Global: missed in %d of %d rounds", n, rounds)
	}
	if n := missed(rounds, func() { Private() }); n != 0 {
		t.Errorf("with Private: missed in %d of %d rounds", n, rounds)
	}
}
