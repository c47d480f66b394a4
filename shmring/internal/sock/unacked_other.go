//go:build !linux

package sock

import (
	"errors"
	"net"
)

// Unacked is not to be had on this system: errors.ErrUnsupported.
func Unacked(*net.TCPConn) (int, error) { return 0, errors.ErrUnsupported }
