package sock

import "errors"

// Credentials is who a peer was when it connected or began to listen.
type Credentials struct {
	PID int    // in our pid namespace; 0 if it is not visible there, or the system does not say
	UID uint32 // effective user
}

// ErrLocked says that somebody alive holds the lock.
var ErrLocked = errors.New("sock: locked by another")
