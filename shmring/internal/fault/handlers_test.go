//go:build linux && (amd64 || arm64)

package fault

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

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

// handlerBeforeOursPutBack plays a library that restores, without asking, the handler
// that was there before ours.
func handlerBeforeOursPutBack() error {
	var before action
	if err := sigaction(nil, &before); err != nil {
		return err
	}
	for range 10 {
		if err := lose(copyIn)(); err != nil {
			return err
		}
		if err := sigaction(&before, nil); err != nil {
			return err
		}
	}
	if p := previous[1].Load(); p != 0 {
		return fmt.Errorf("second door passes on to %#x; the first should have been used again", p)
	}
	return nil
}

// putForeign plays a library that puts a handler before whatever is there and passes
// every signal on to it.
func putForeign() error {
	var a action
	if err := sigaction(nil, &a); err != nil {
		return err
	}
	handler, err := passingOn(a.handler)
	if err != nil {
		return err
	}
	a.handler = handler
	a.flags &^= saSiginfo // as an old-fashioned handler, which does not ask for the address
	return sigaction(&a, nil)
}

func foreignHandlerBeforeOurs() error {
	if err := lose(copyOut)(); err != nil {
		return err
	}
	for range trampolines - 1 {
		if err := putForeign(); err != nil {
			return err
		}
		if err := lose(copyIn)(); err != nil {
			return err
		}
	}
	return nil
}

// foreignHandlerAndUnguardedFault must end, not go round between the handlers.
func foreignHandlerAndUnguardedFault() error {
	if err := foreignHandlerBeforeOurs(); err != nil {
		return err
	}
	return faultWithoutGuard()
}

func tooManyForeignHandlers() error {
	if err := foreignHandlerBeforeOurs(); err != nil {
		return err
	}
	if err := putForeign(); err != nil {
		return err
	}
	return expectRefusal()
}

func noHandlerToPassOnTo() error {
	if err := sigaction(&action{}, nil); err != nil {
		return err
	}
	return expectRefusal()
}

func expectRefusal() error {
	s, err := mapTemp(segmentSize)
	if err != nil {
		return err
	}
	if _, err := Guard(s.mem, new(uint32)); err == nil {
		return errors.New("Guard accepted handlers that it cannot pass on to")
	}
	return nil
}
