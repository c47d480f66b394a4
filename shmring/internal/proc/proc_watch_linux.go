package proc

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Watch calls fn once, on a goroutine of its own, when the process pid that started
// at start (0 for any) has ended. It costs a descriptor and a goroutine, no thread.
// After stop has returned fn is not called any more, though a call that began before
// may still run. stop may be called more than once, and inside fn.
//
// Errors: ErrGone if there is no such process now, also because the pid belongs to
// another pid namespace or, by now, to another process; errors.ErrUnsupported for a
// kernel before Linux 5.10.
func Watch(pid uint32, start uint64, fn func()) (stop func(), err error) {
	fd, err := unix.PidfdOpen(int(pid), unix.PIDFD_NONBLOCK)
	switch {
	case errors.Is(err, unix.ESRCH):
		return nil, ErrGone
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
		return nil, fmt.Errorf("proc: watch process %d: %w", pid, errors.ErrUnsupported)
	case err != nil:
		return nil, os.NewSyscallError("pidfd_open", err)
	}
	file := os.NewFile(uintptr(fd), fmt.Sprintf("pidfd:%d", pid))
	// Only now is it certain that nobody else can get the pid unseen.
	if now, err := state(pid, start); err != nil || now == Gone {
		if err == nil {
			err = ErrGone
		}
		return nil, errors.Join(err, file.Close())
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	var over atomic.Bool // whoever sets it first, fn or stop, has its way
	go func() {
		// The poller calls ended at once and again each time the kernel says that
		// something happened; it returns with an error when file is closed.
		if conn.Read(ended) == nil && over.CompareAndSwap(false, true) {
			file.Close()
			fn()
		}
	}()
	return func() {
		if over.CompareAndSwap(false, true) {
			file.Close()
		}
	}, nil
}

// ended reports whether the process behind a pidfd has ended.
func ended(fd uintptr) bool {
	set := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(set, 0)
	return err == nil && n == 1
}
