package sock

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// Knocker writes single bytes to a socket without ever waiting. It is safe for concurrent use and
// allocates nothing.
type Knocker struct {
	conn  syscall.RawConn
	write map[byte]func(fd uintptr) bool
}

// NewKnocker returns one for the socket c, whose write deadline must stay unset, that sends the given
// bytes.
func NewKnocker(c *net.UnixConn, bytes ...byte) (*Knocker, error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	k := &Knocker{conn: conn, write: map[byte]func(fd uintptr) bool{}}
	for _, b := range bytes {
		knock := []byte{b}
		k.write[b] = func(fd uintptr) bool {
			for {
				// A full buffer has knocks in it, and a broken connection its own notice.
				if _, err := unix.Write(int(fd), knock); err != unix.EINTR {
					return true
				}
			}
		}
	}
	return k, nil
}

// Knock sends b, one of the bytes that NewKnocker was given, unless the socket's buffer is full or the
// connection gone.
func (k *Knocker) Knock(b byte) {
	// An error means a closed socket: nobody is left to be woken.
	_ = k.conn.Write(k.write[b])
}
