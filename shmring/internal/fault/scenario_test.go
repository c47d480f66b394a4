//go:build linux && (amd64 || arm64)

package fault

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const segmentSize = 1 << 20

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
