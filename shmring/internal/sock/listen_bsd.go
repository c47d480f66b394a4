//go:build unix && !linux

package sock

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// maxPath is the longest path of a socket in bytes, on any system.
const maxPath = 103

// Listen makes the socket file path, with exactly the given permissions, and listens there. It does so in a folder of
// its own, and then moves the file, so that nobody can connect meanwhile whom they exclude. Where that folder's path is
// too long for a socket, the umask alone keeps others out until the permissions are set. Closing the listener leaves the
// file there.
func Listen(path string, mode fs.FileMode) (*net.UnixListener, error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	hidden := filepath.Join(dir, "s")
	if len(hidden) > maxPath {
		hidden = path
	}
	l, err := net.Listen("unix", hidden)
	if err != nil {
		return nil, err
	}
	unix, err := finishListen(l, hidden, mode)
	if err != nil || hidden == path {
		return unix, err
	}
	if err := os.Rename(hidden, path); err != nil {
		unix.Close()
		return nil, err
	}
	return unix, nil
}
