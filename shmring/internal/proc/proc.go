package proc

import (
	"errors"
	"time"
)

// Identity is how a process describes itself to others.
type Identity struct {
	PID       uint32   // in its own pid namespace
	StartTime uint64   // in clock ticks since boot (100 per second); 0 if unknown
	BootID    [16]byte // random, new at every boot; zero if unknown
}

// ErrGone says that there is no such process, or none any more: also if its pid now
// belongs to another one.
var ErrGone = errors.New("proc: process is gone")

// States of a process.
const (
	Running  = "running"
	Sleeping = "sleeping"
	Stopped  = "stopped" // by a signal or a debugger
	Zombie   = "zombie"  // has ended; its parent has not asked how
	Gone     = "gone"

	// Hidden is the state of a process that lives and cannot be seen from here: it runs in another pid or time
	// namespace, or /proc does not show it to us.
	Hidden = "alive, not visible from here"
)

// Age returns how long ago something happened, from its time by the wall clock and the boot in which it happened. It
// is never negative. If the boot is this one, the age is at most longest, the time since the system or a process
// started, which no change of the wall clock affects: 0 if that is unknown.
func Age(at time.Time, boot [16]byte, longest time.Duration) time.Duration {
	age := max(time.Since(at), 0)
	if longest > 0 && boot != ([16]byte{}) && boot == Self().BootID {
		age = min(age, longest)
	}
	return age
}
