package shmring

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// Peer is the process at the other end of a connection, as the kernel knows it.
type Peer struct {
	PID   int    // 0 where the system does not say: TCP, another pid namespace
	UID   uint32 // of its effective user when it connected, or began to listen
	Known bool   // UID is valid
}

// CredentialsError says that the process at the other end belongs to another user than this process or
// root, which [WithForeignOwner] allows. It unwraps to [ErrPermission].
type CredentialsError struct {
	PID       int
	UID, Want uint32
}

func (e *CredentialsError) Error() string {
	return fmt.Sprintf("shmring: the peer, process %d, belongs to user %d, allowed are %d and 0", e.PID, e.UID, e.Want)
}

// Unwrap returns ErrPermission.
func (e *CredentialsError) Unwrap() error { return ErrPermission }

// identifyPeer asks the kernel who is at the other end and whether we talk to them.
func identifyPeer(conn net.Conn, o *options) (Peer, error) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, nil
	}
	cred, err := sock.Peer(unix)
	if errors.Is(err, errors.ErrUnsupported) {
		return Peer{}, nil // the socket's permissions have to do
	} else if err != nil {
		return Peer{}, err
	}
	peer := Peer{PID: cred.PID, UID: cred.UID, Known: true}
	return peer, checkPeer(peer, uint32(os.Geteuid()), o.foreign)
}

func checkPeer(p Peer, self uint32, foreign bool) error {
	if foreign || p.UID == self || p.UID == 0 {
		return nil
	}
	return &CredentialsError{PID: p.PID, UID: p.UID, Want: self}
}
