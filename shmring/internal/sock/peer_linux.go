package sock

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Peer returns the credentials of the process at the other end of c.
func Peer(c *net.UnixConn) (cred Credentials, err error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return cred, err
	}
	ctlErr := conn.Control(func(fd uintptr) {
		var u *unix.Ucred
		if u, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			cred = Credentials{PID: int(u.Pid), UID: u.Uid}
		}
	})
	if ctlErr != nil {
		return cred, ctlErr
	}
	return cred, os.NewSyscallError("getsockopt SO_PEERCRED", err)
}
