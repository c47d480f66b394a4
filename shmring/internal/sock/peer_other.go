//go:build !(linux || darwin || freebsd)

package sock

import (
	"errors"
	"net"
)

// Peer is not to be had on this system: errors.ErrUnsupported.
func Peer(*net.UnixConn) (Credentials, error) { return Credentials{}, errors.ErrUnsupported }
