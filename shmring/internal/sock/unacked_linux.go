package sock

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Unacked returns how many bytes written to c, its end included, the peer's system has not confirmed yet.
func Unacked(c *net.TCPConn) (n int, err error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	if ctlErr := conn.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }); ctlErr != nil {
		return 0, ctlErr
	}
	return n, os.NewSyscallError("ioctl SIOCOUTQ", err)
}
