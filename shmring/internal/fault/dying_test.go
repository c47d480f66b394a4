//go:build linux && (amd64 || arm64)

package fault

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
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
