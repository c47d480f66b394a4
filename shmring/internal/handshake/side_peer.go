package handshake

import (
	"errors"
	"net"
	"os"

	"github.com/shmring/ipc/shmring/internal/sock"
)

// Peer is the process at the other end of a socket, as the kernel knows it.
type Peer struct {
	PID   int    // 0 where the system does not say
	UID   uint32 // its effective user when it connected, or began to listen
	Known bool   // UID is valid
}

// Identify asks the kernel who is at the other end of conn. On a socket that knows no credentials, such as TCP, the
// result is the zero Peer.
func Identify(conn net.Conn) (Peer, error) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return Peer{}, nil
	}
	cred, err := sock.Peer(unix)
	if errors.Is(err, errors.ErrUnsupported) {
		return Peer{}, nil // the permissions of the socket file have to do
	} else if err != nil {
		return Peer{}, err
	}
	return Peer{PID: cred.PID, UID: cred.UID, Known: true}, nil
}

// check returns a [*CredentialsError] if p is known and belongs to a user other than self or root.
func (p Peer) check(self uint32, allowForeign bool) error {
	if allowForeign || !p.Known || p.UID == self || p.UID == 0 {
		return nil
	}
	return &CredentialsError{Peer: p, Own: self}
}

// identify asks who the peer is and whether this side accepts it.
func (s *side) identify() (err error) {
	if s.Peer, err = Identify(s.conn); err != nil {
		return err
	}
	return s.Peer.check(uint32(os.Geteuid()), s.config.AllowForeignOwner)
}
