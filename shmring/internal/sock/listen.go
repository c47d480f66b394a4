package sock

import (
	"errors"
	"io/fs"
	"net"
	"os"
)

// finishListen gives a new socket file the permissions that the umask has taken away.
func finishListen(l net.Listener, path string, mode fs.FileMode) (*net.UnixListener, error) {
	unix := l.(*net.UnixListener)
	unix.SetUnlinkOnClose(false)
	info, err := os.Lstat(path)
	if err == nil && info.Mode().Perm() != mode.Perm() {
		err = os.Chmod(path, mode.Perm())
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(path), unix.Close())
	}
	return unix, nil
}
