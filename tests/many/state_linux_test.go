package many

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// state is what a process holds.
type state struct {
	Threads    int // of the operating system
	Files      int // open descriptors
	Mappings   int // of memory without a name
	Goroutines int
	CPU        time.Duration // used so far
}

// look returns the state of this process.
func look() (s state, err error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return s, err
	}
	_, rest, _ := strings.Cut(string(status), "\nThreads:")
	if _, err := fmt.Sscan(rest, &s.Threads); err != nil {
		return s, fmt.Errorf("the count of threads: %w", err)
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return s, err
	}
	s.Files = len(files) - 1 // the folder itself
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return s, err
	}
	s.Mappings = strings.Count(string(maps), "/memfd:")
	s.Goroutines = runtime.NumGoroutine()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return s, err
	}
	s.CPU = time.Duration(use.Utime.Nano() + use.Stime.Nano())
	return s, nil
}

// settled looks until the process holds no more than before, but for threads, which Go keeps; it
// reports what is left after some patience.
func settled(t *testing.T, who string, before state, look func() state) {
	t.Helper()
	var now state
	for range 200 {
		if now = look(); now.Files <= before.Files && now.Mappings <= before.Mappings && now.Goroutines <= before.Goroutines {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("the %s keeps something: before %+v, after %+v", who, before, now)
}
