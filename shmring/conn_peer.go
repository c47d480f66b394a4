package shmring

import "fmt"

// Peer is the process at the other end of a connection, as the kernel knows it.
type Peer struct {
	PID   int    // 0 where the system does not say: TCP, another pid namespace
	UID   uint32 // of its effective user when it connected, or began to listen
	Known bool   // UID is valid
}

// Peer returns what the kernel says about the other end.
func (c *Conn) Peer() Peer { return c.peer }

// CredentialsError says that the process at the other end belongs to another user than this process or
// root, which [WithForeignOwner] allows. It unwraps to [ErrPermission].
type CredentialsError struct {
	PID       int
	UID, Want uint32
}

func (e *CredentialsError) Error() string {
	who := "the peer"
	if e.PID != 0 {
		who = fmt.Sprintf("the peer, process %d,", e.PID)
	}
	return fmt.Sprintf("shmring: %s belongs to user %d, want user %d or root (WithForeignOwner)", who, e.UID, e.Want)
}

// Unwrap returns ErrPermission.
func (e *CredentialsError) Unwrap() error { return ErrPermission }
