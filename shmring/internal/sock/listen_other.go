//go:build !unix

package sock

import (
	"io/fs"
	"net"
)

// Listen makes the socket file path, whose permissions are those of its folder, and listens there. Closing the listener
// leaves the file there.
func Listen(path string, mode fs.FileMode) (*net.UnixListener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return finishListen(l, path, mode)
}
