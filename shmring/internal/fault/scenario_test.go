//go:build linux && (amd64 || arm64)

package fault

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const segmentSize = 1 << 20

// scenarios run in a child process of their own; nil means that it lived through it.
var scenarios = map[string]func() error{
	"load":          lose(func(m []byte) error { return wantZero(m[4096:4104]) }),
	"store":         lose(storeAndReadBack),
	"atomics":       lose(useAtomics),
	"memmove":       lose(copyOut),
	"memmoveIn":     lose(copyIn),
	"half":          loseHalf,
	"many":          manyGoroutines,
	"segments":      manySegments,
	"collector":     faultsDuringCollections,
	"keepsWritten":  writesAfterTheLossStay,
	"notifyBefore":  notifyBefore,
	"notifyAfter":   notifyAfter,
	"foreign":       foreignHandlerInstalledAfterOurs,
	"unguarded":     unguardedFault,
	"released":      releasedFault,
	"neighbour":     neighbourFault,
	"sentByKill":    signalSentByKill,
	"nilPointer":    nilPointerStillPanics,
	"panicOnFault":  unguardedFaultStillPanicsOnRequest,
	"lostFlagAlive": flagIsKeptAlive,
}

// lose returns a scenario: a guarded file is truncated, use touches its memory, and
// afterwards the flag must be set.
func lose(use func(mem []byte) error) func() error {
	return func() error {
		s, err := mapTemp(segmentSize)
		if err != nil {
			return err
		}
		lost := new(uint32)
		release, err := Guard(s.mem, lost)
		if err != nil {
			return err
		}
		defer release()
		if err := s.file.Truncate(0); err != nil {
			return err
		}
		if atomic.LoadUint32(lost) != 0 {
			return errors.New("flag is set before the fault")
		}
		if err := use(s.mem); err != nil {
			return err
		}
		if atomic.LoadUint32(lost) != 1 {
			return errors.New("flag is not set")
		}
		release()
		return unix.Munmap(s.mem)
	}
}

func wantZero(b []byte) error {
	if i := bytes.IndexFunc(b, func(r rune) bool { return r != 0 }); i >= 0 {
		return fmt.Errorf("byte %d is %#x, want zero", i, b[i])
	}
	return nil
}

func storeAndReadBack(m []byte) error {
	m[8192] = 7
	if m[8192] != 7 {
		return errors.New("store was lost")
	}
	m[len(m)-1] = 9
	return wantZero(m[:8192])
}

func useAtomics(m []byte) error {
	w := word(m, 4096)
	if !w.CompareAndSwap(0, 5) || w.Add(2) != 7 || w.Swap(1) != 7 || w.Load() != 1 {
		return errors.New("atomic operations do not agree")
	}
	return nil
}

// copyOut faults inside memmove, at an odd place in the middle of a long copy.
func copyOut(m []byte) error {
	dst := bytes.Repeat([]byte{1}, len(m)-13)
	copy(dst, m[13:])
	return wantZero(dst)
}

// copyIn faults on the destination; every byte must arrive, the first ones too.
func copyIn(m []byte) error {
	src := bytes.Repeat([]byte{0x5C}, len(m)-13)
	copy(m[13:], src)
	if !bytes.Equal(m[13:], src) {
		return errors.New("copy was cut short")
	}
	return nil
}

// loseHalf truncates to the middle: the fault lies behind, the flag covers all.
func loseHalf() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	lost := new(uint32)
	release, err := Guard(s.mem, lost)
	if err != nil {
		return err
	}
	defer release()
	if err := s.file.Truncate(segmentSize / 2); err != nil {
		return err
	}
	if s.mem[0] != 0xAA || atomic.LoadUint32(lost) != 0 {
		return errors.New("the half that is there should be untouched")
	}
	if s.mem[segmentSize/2] != 0 || atomic.LoadUint32(lost) != 1 {
		return errors.New("the half that is gone should read zero and set the flag")
	}
	if s.mem[0] != 0 {
		return errors.New("the whole range should be replaced")
	}
	return nil
}

// manyGoroutines truncates a segment under readers and writers of every kind.
func manyGoroutines() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	lost := new(uint32)
	release, err := Guard(s.mem, lost)
	if err != nil {
		return err
	}
	defer release()
	var wg sync.WaitGroup
	var ready sync.WaitGroup
	for g := range 8 {
		ready.Add(1)
		wg.Go(func() {
			buf := make([]byte, 64<<10)
			w := word(s.mem, 4096*g)
			for i := 0; atomic.LoadUint32(lost) == 0; i++ {
				off := (i * 64 << 10) % segmentSize
				switch g % 4 {
				case 0:
					copy(buf, s.mem[off:])
				case 1:
					copy(s.mem[off+4096*8:], buf[:1<<10])
				case 2:
					w.Add(1)
				case 3:
					_ = bytes.Count(s.mem, []byte{3})
				}
				if i == 0 {
					ready.Done()
				}
				runtime.Gosched()
			}
		})
	}
	ready.Wait()
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

// manySegments loses every second one of many segments and checks whose flag is set.
func manySegments() error {
	const n = 40
	type guarded struct {
		*mapped
		lost    *uint32
		release func()
	}
	var all []guarded
	for range n {
		s, err := mapTemp(16 << 12)
		if err != nil {
			return err
		}
		g := guarded{mapped: s, lost: new(uint32)}
		if g.release, err = Guard(s.mem, g.lost); err != nil {
			return err
		}
		all = append(all, g)
	}
	for i := 0; i < n; i += 2 {
		if err := all[i].file.Truncate(0); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	var sum atomic.Uint64
	for range 4 {
		wg.Go(func() {
			for _, g := range all {
				sum.Add(uint64(g.mem[100]) + uint64(g.mem[len(g.mem)-1]))
			}
		})
	}
	wg.Wait()
	for i, g := range all {
		if got, want := atomic.LoadUint32(g.lost), uint32(1-i%2); got != want {
			return fmt.Errorf("segment %d: flag is %d, want %d", i, got, want)
		}
		g.release()
		if err := unix.Munmap(g.mem); err != nil {
			return err
		}
	}
	if got, want := sum.Load(), uint64(4*n*0xAA); got != want {
		return fmt.Errorf("bytes read add up to %d, want %d", got, want)
	}
	return nil
}

// faultsDuringCollections guards, loses and releases while the collector runs.
func faultsDuringCollections() error {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	})
	var failed atomic.Value
	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			for range 60 {
				if err := lose(copyIn)(); err != nil {
					failed.Store(err)
				}
			}
		})
	}
	workers.Wait()
	close(stop)
	wg.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	return nil
}

// writesAfterTheLossStay faults in many threads at one moment, again and again: what
// one of them writes must not be wiped by another that was late.
func writesAfterTheLossStay() error {
	for round := range 100 {
		s, err := mapTemp(16 << 12)
		if err != nil {
			return err
		}
		lost := new(uint32)
		release, err := Guard(s.mem, lost)
		if err != nil {
			return err
		}
		if err := s.file.Truncate(0); err != nil {
			return err
		}
		var wg sync.WaitGroup
		start := make(chan struct{})
		for g := range 8 {
			wg.Go(func() {
				<-start
				word(s.mem, g*4096).Store(uint64(g) + 1)
			})
		}
		close(start)
		wg.Wait()
		for g := range 8 {
			if got := word(s.mem, g*4096).Load(); got != uint64(g)+1 {
				return fmt.Errorf("round %d: word %d is %d", round, g, got)
			}
		}
		release()
		if err := errors.Join(unix.Munmap(s.mem), s.file.Close()); err != nil {
			return err
		}
	}
	return nil
}

func notifyBefore() error {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGBUS)
	if err := lose(copyOut)(); err != nil {
		return err
	}
	return expectSignal(c)
}

func notifyAfter() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	release, err := Guard(s.mem, new(uint32))
	if err != nil {
		return err
	}
	defer release()
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGBUS)
	if err := lose(copyOut)(); err != nil {
		return err
	}
	if err := expectSignal(c); err != nil {
		return err
	}
	signal.Reset(unix.SIGBUS)
	return lose(copyIn)()
}

// expectSignal sends SIGBUS as kill does and waits for it to reach the program.
func expectSignal(c <-chan os.Signal) error {
	if len(c) != 0 {
		return errors.New("a handled fault was reported as a signal")
	}
	if err := unix.Kill(unix.Getpid(), unix.SIGBUS); err != nil {
		return err
	}
	select {
	case <-c:
		return nil
	case <-time.After(10 * time.Second):
		return errors.New("a signal sent by kill did not arrive")
	}
}

// foreignHandlerInstalledAfterOurs plays a library that puts its own handler before
// ours and passes on to it: here, Go's handler stands in for it.
func foreignHandlerInstalledAfterOurs() error {
	var before action
	if err := sigaction(nil, &before); err != nil {
		return err
	}
	if err := lose(copyOut)(); err != nil {
		return err
	}
	for range 10 {
		if err := sigaction(&before, nil); err != nil {
			return err
		}
		if err := lose(copyIn)(); err != nil {
			return err
		}
	}
	if p := previous[1].Load(); p != 0 {
		return fmt.Errorf("second door passes on to %#x; the first should have been used again", p)
	}
	return nil
}

func unguardedFault() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if err := lose(copyOut)(); err != nil { // installs the handler
		return err
	}
	fmt.Println("BEFORE")
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	return wantZero(s.mem[:1])
}

func releasedFault() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	release, err := Guard(s.mem, new(uint32))
	if err != nil {
		return err
	}
	release()
	release()
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	return wantZero(s.mem[:1])
}

// neighbourFault guards all pages but the last and touches that one.
func neighbourFault() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	last := len(s.mem) - os.Getpagesize()
	release, err := Guard(s.mem[:last], new(uint32))
	if err != nil {
		return err
	}
	defer release()
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	if err := wantZero(s.mem[last-1 : last]); err != nil {
		return err
	}
	fmt.Println("guarded part is well")
	return wantZero(s.mem[last:])
}

func signalSentByKill() error {
	if err := lose(copyOut)(); err != nil {
		return err
	}
	if err := unix.Kill(unix.Getpid(), unix.SIGBUS); err != nil {
		return err
	}
	time.Sleep(10 * time.Second)
	return nil
}

func nilPointerStillPanics() (err error) {
	if err := lose(copyOut)(); err != nil {
		return err
	}
	defer func() {
		if recover() == nil {
			err = errors.New("no panic")
		}
	}()
	var p *[4]int
	return fmt.Errorf("read %d through nil", p[2])
}

func unguardedFaultStillPanicsOnRequest() (err error) {
	if err := lose(copyOut)(); err != nil {
		return err
	}
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() == nil {
			err = errors.New("no panic")
		}
	}()
	return wantZero(s.mem[:1])
}

func flagIsKeptAlive() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	collected := make(chan bool, 1)
	guard := func() (func(), error) {
		lost := new([64]uint32)
		runtime.SetFinalizer(lost, func(*[64]uint32) { collected <- true })
		return Guard(s.mem, &lost[0])
	}
	release, err := guard()
	if err != nil {
		return err
	}
	for range 3 {
		runtime.GC()
	}
	if len(collected) != 0 {
		return errors.New("the flag was collected under the guard")
	}
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	if err := copyOut(s.mem); err != nil {
		return err
	}
	release()
	for range 100 {
		runtime.GC()
		select {
		case <-collected:
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the flag was not collected after release")
}
