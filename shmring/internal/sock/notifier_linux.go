package sock

import (
	"net"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// Notifier writes single bytes to a socket without ever waiting. Its bytes are sets of bits, which the reader joins: a
// byte that finds no room is joined with the later ones and follows when there is room. A Notifier is safe for concurrent
// use, and allocates nothing while there is room.
type Notifier struct {
	conn   syscall.RawConn
	write  map[byte]func(fd uintptr)
	unsent atomic.Uint32 // bits for which there was no room; while it is not 0, flush is at work
}

// NewNotifier returns one for the socket c, whose write deadline must stay unset, that sends the given
// bytes, none of them 0.
func NewNotifier(c *net.UnixConn, bytes ...byte) (*Notifier, error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	n := &Notifier{conn: conn, write: map[byte]func(fd uintptr){}}
	for _, b := range bytes {
		one := []byte{b}
		n.write[b] = func(fd uintptr) {
			if sendByte(fd, one) == unix.EAGAIN { // the reader of a broken connection learns of its end
				n.queue(b)
			}
		}
	}
	return n, nil
}

// sendByte writes one byte, or returns why it could not.
func sendByte(fd uintptr, one []byte) (err error) {
	for {
		if _, err = unix.Write(int(fd), one); err != unix.EINTR {
			return err
		}
	}
}

// Notify sends b, one of the bytes that NewNotifier was given.
func (n *Notifier) Notify(b byte) {
	// Control, because Write would queue behind flush. An error means a closed socket: nobody is left to be woken.
	_ = n.conn.Control(n.write[b])
}

// queue leaves b to the one goroutine that waits for room.
func (n *Notifier) queue(b byte) {
	if n.unsent.Or(uint32(b)) == 0 {
		go n.flush()
	}
}

// flush writes what is unsent as soon as there is room. It ends with the socket at the latest.
func (n *Notifier) flush() {
	_ = n.conn.Write(func(fd uintptr) bool {
		for {
			bits := n.unsent.Load()
			if sendByte(fd, []byte{byte(bits)}) == unix.EAGAIN {
				return false // call again when there may be room
			}
			if n.unsent.CompareAndSwap(bits, 0) {
				return true
			}
		}
	})
}

// ReadNotifications calls notified with the bytes that come on c, joined, and returns when the socket ends. Its read
// deadline must stay unset.
func ReadNotifications(c *net.UnixConn, notified func(bits byte)) {
	conn, err := c.SyscallConn()
	if err != nil {
		return
	}
	for over := false; !over && err == nil; {
		// One Read for as long as it goes well, because each begins with a try that finds nothing.
		err = conn.Read(func(fd uintptr) (done bool) {
			done, over = readAvailable(fd, notified)
			return done
		})
	}
}

// maxReads bounds how long a peer that notifies without end keeps ReadNotifications from noticing that c was closed.
const maxReads = 64

// readAvailable takes all bytes that are there. Its last try finds nothing: a byte and the end of the socket are
// announced once if they come together. Whoever notified wakes finds this processor free, and need not be taken to
// another.
func readAvailable(fd uintptr, notified func(bits byte)) (done, over bool) {
	var buf [64]byte
	bits := byte(0)
	for range maxReads {
		n, err := unix.Read(int(fd), buf[:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			if bits != 0 {
				notified(bits)
			}
			return err != unix.EAGAIN, err != unix.EAGAIN
		}
		for _, b := range buf[:n] {
			bits |= b
		}
	}
	notified(bits)
	return true, false
}
