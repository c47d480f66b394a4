//go:build darwin || freebsd

package sock

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Peer returns the credentials of the process at the other end of c, without its pid.
func Peer(c *net.UnixConn) (cred Credentials, err error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return cred, err
	}
	ctlErr := conn.Control(func(fd uintptr) {
		var x *unix.Xucred
		if x, err = unix.GetsockoptXucred(int(fd), 0, unix.LOCAL_PEERCRED); err == nil {
			cred.UID = x.Uid
		}
	})
	if ctlErr != nil {
		return cred, ctlErr
	}
	return cred, os.NewSyscallError("getsockopt LOCAL_PEERCRED", err)
}
