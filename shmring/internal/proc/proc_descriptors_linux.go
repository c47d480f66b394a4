package proc

import (
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// spare is how many descriptors the Go runtime needs when a program first opens a file, a pipe or a socket: two for its
// poller, which it keeps, and what is opened. A runtime that does not get the first two ends the program.
const spare = 4

var pollerStarted atomic.Bool

// StartPoller makes the runtime's poller start where that can fail with an error: EMFILE or ENFILE.
func StartPoller() error {
	if pollerStarted.Load() {
		return nil
	}
	var fds [spare]int
	for i := range fds {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			closeAll(fds[:i])
			return descriptorError(err)
		}
		fds[i] = fd
	}
	closeAll(fds[:])
	r, w, err := os.Pipe()
	if err != nil {
		return descriptorError(err)
	}
	r.Close()
	w.Close()
	pollerStarted.Store(true)
	return nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

func descriptorError(err error) error {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return err
	}
	return fmt.Errorf("fewer than %d descriptors are free, of %d that this process may have (ulimit -n); each segment, producer "+
		"and consumer takes up to three more: %w", spare, limit.Cur, err)
}
