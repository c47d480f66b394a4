package sock

import (
	"context"
	"io/fs"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Listen makes the socket file path, with exactly the given permissions, and listens there. Nobody can connect whom they
// exclude, not for a moment and whatever the umask: bind(2) gives the file the mode of the socket. Closing the listener
// leaves the file there.
func Listen(path string, mode fs.FileMode) (*net.UnixListener, error) {
	config := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) (err error) {
		if ctlErr := conn.Control(func(fd uintptr) { err = unix.Fchmod(int(fd), uint32(mode.Perm())) }); ctlErr != nil {
			return ctlErr
		}
		return os.NewSyscallError("fchmod", err)
	}}
	l, err := config.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	return finishListen(l, path, mode)
}
