package proc

import "errors"

// Identity is how a process describes itself to others.
type Identity struct {
	PID       uint32   // in its own pid namespace
	StartTime uint64   // in clock ticks since boot (100 per second); 0 if unknown
	BootID    [16]byte // random, new at every boot; zero if unknown
}

// ErrGone says that there is no such process, or none any more: also if its pid now
// belongs to another one.
var ErrGone = errors.New("proc: process is gone")

// States that State reports.
const (
	Running  = "running"
	Sleeping = "sleeping"
	Stopped  = "stopped" // by a signal or a debugger
	Zombie   = "zombie"  // has ended; its parent has not asked how
	Gone     = "gone"
)
