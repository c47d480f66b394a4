package sock

import (
	"net"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// Notifier writes single bytes to a socket without ever waiting. Its bytes are sets of bits, and the other
// side joins those that it reads: a knock that finds the buffer full is joined with the later ones, and
// follows when there is room. It is safe for concurrent use and allocates nothing while there is room.
type Notifier struct {
	conn  syscall.RawConn
	write map[byte]func(fd uintptr)
	owed  atomic.Uint32 // bits for which there was no room; while it is not 0, insist is at work
}

// NewNotifier returns one for the socket c, whose write deadline must stay unset, that sends the given
// bytes, none of them 0.
func NewNotifier(c *net.UnixConn, bytes ...byte) (*Notifier, error) {
	conn, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	k := &Notifier{conn: conn, write: map[byte]func(fd uintptr){}}
	for _, b := range bytes {
		knock := []byte{b}
		k.write[b] = func(fd uintptr) {
			if sendByte(fd, knock) == unix.EAGAIN { // a broken connection has its own notice
				k.queue(b)
			}
		}
	}
	return k, nil
}

// put writes one byte, or says why not.
func sendByte(fd uintptr, knock []byte) (err error) {
	for {
		if _, err = unix.Write(int(fd), knock); err != unix.EINTR {
			return err
		}
	}
}

// Knock sends b, one of the bytes that NewNotifier was given.
func (k *Notifier) Notify(b byte) {
	// Control, because Write would queue behind insist. An error means a closed socket: nobody is left to be
	// woken.
	_ = k.conn.Control(k.write[b])
}

// owe leaves b to the one goroutine that waits for room.
func (k *Notifier) queue(b byte) {
	if k.owed.Or(uint32(b)) == 0 {
		go k.flush()
	}
}

// insist writes what is owed as soon as there is room. It ends with the socket at the latest.
func (k *Notifier) flush() {
	_ = k.conn.Write(func(fd uintptr) bool {
		for {
			bits := k.owed.Load()
			if sendByte(fd, []byte{byte(bits)}) == unix.EAGAIN {
				return false // call again when there may be room
			}
			if k.owed.CompareAndSwap(bits, 0) {
				return true
			}
		}
	})
}

// Hear calls answer with the knocks that come on c, joined, until the socket ends. Its read deadline must stay unset.
func Listen(c *net.UnixConn, answer func(bits byte)) {
	conn, err := c.SyscallConn()
	if err != nil {
		return
	}
	for over := false; !over && err == nil; {
		// One Read for as long as it goes well, because each begins with a try that finds nothing.
		err = conn.Read(func(fd uintptr) (done bool) {
			done, over = readNotifications(fd, answer)
			return done
		})
	}
}

// maxHears bounds how long a peer that knocks without end keeps hear from noticing that c was closed.
const maxReads = 64

// hear takes all knocks that are there. The last try finds nothing: a knock and the end of the socket are announced
// once if they come together. Who is woken by answer finds this processor free, and need not be taken to another.
func readNotifications(fd uintptr, answer func(bits byte)) (done, over bool) {
	var knocks [64]byte
	bits := byte(0)
	for range maxReads {
		n, err := unix.Read(int(fd), knocks[:])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			if bits != 0 {
				answer(bits)
			}
			return err != unix.EAGAIN, err != unix.EAGAIN
		}
		for _, b := range knocks[:n] {
			bits |= b
		}
	}
	answer(bits)
	return true, false
}
