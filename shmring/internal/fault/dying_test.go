//go:build linux && (amd64 || arm64)

package fault

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// faultWithoutGuard is what Go does by itself, as a standard for the others.
func faultWithoutGuard() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	return wantZero(s.mem[:1])
}

func unguardedFault() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if err := lose(copyOut)(); err != nil { // installs the handler
		return err
	}
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

func unguardedFaultStillPanicsOnRequest() error {
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
	return wantPanic(s.mem, 4096+5)
}

// wantPanic reads mem[i] and expects Go's own panic, with the right address.
func wantPanic(mem []byte, i int) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		fault, ok := r.(interface{ Addr() uintptr })
		emulated := os.Getenv(emulatorKey) != "" // emulators withhold the address from Go
		if want := address(mem[i:]); r != nil && (emulated || ok && fault.Addr() == want) {
			err = nil
		} else {
			err = fmt.Errorf("want a panic with address %#x: %v, %v", want, r, err)
		}
	}()
	return fmt.Errorf("read %d", mem[i])
}

// kernelRefusesMemory takes the right to private memory away, so that the handler
// cannot replace the range: the fault must go on to Go, this time and the next.
func kernelRefusesMemory() error {
	s, err := mapTemp(segmentSize)
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
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &old); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: 4096, Max: old.Max}); err != nil {
		return err
	}
	first := wantPanic(s.mem, 5)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &old); err != nil {
		return err
	}
	if err := errors.Join(first, wantPanic(s.mem, 8192+3)); err != nil {
		return err
	}
	if atomic.LoadUint32(lost) != 1 {
		return errors.New("the flag is not set")
	}
	release()
	return nil
}

// signalOfAnotherCodeInRange sends the process a SIGBUS that speaks of failing hardware
// at a guarded address: no loss of the file, and not ours to handle.
func signalOfAnotherCodeInRange() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	lost := new(uint32)
	if _, err := Guard(s.mem, lost); err != nil {
		return err
	}
	if err := sendBus(2, s.mem); err != nil { // BUS_ADRERR: shows that the forgery works
		return err
	}
	for atomic.LoadUint32(lost) == 0 {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("forgery accepted")
	other, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if _, err := Guard(other.mem, lost); err != nil {
		return err
	}
	if err := sendBus(5, other.mem); err != nil { // BUS_MCEERR_AO
		return err
	}
	time.Sleep(10 * time.Second)
	return nil
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
