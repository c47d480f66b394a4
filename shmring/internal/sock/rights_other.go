//go:build !linux

package sock

import (
	"errors"
	"io"
	"net"
	"os"
)

// Send writes all of b to c. Files are not passed on this system: errors.ErrUnsupported.
func Send(c *net.UnixConn, b []byte, files ...*os.File) error {
	if len(files) > 0 {
		return errors.ErrUnsupported
	}
	_, err := c.Write(b)
	return err
}

// Receive reads exactly len(b) bytes from c.
func Receive(c *net.UnixConn, b []byte, _ int) ([]*os.File, error) {
	_, err := io.ReadFull(c, b)
	return nil, err
}
