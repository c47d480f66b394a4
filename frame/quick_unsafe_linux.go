//go:build amd64 || arm64

package frame

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// quickWriter writes small buffers to a socket by a system call that never waits, and of which Go's scheduler
// therefore need not know. That saves about what it costs to put a small frame together.
type quickWriter struct {
	conn  syscall.RawConn
	write func(fd uintptr) (done bool) // made once
	buf   []byte
	n     int
	errno syscall.Errno
}

// newQuickWriter returns one for the socket dst, or dst itself if it cannot be had.
func newQuickWriter(dst interface {
	io.Writer
	syscall.Conn
}) io.Writer {
	conn, err := dst.SyscallConn()
	if err != nil {
		return dst
	}
	q := &quickWriter{conn: conn}
	q.write = q.send
	return q
}

// Write writes some of b, at least one byte of it; b is not empty. It waits for room as the socket's own Write.
func (q *quickWriter) Write(b []byte) (int, error) {
	q.buf = b
	err := q.conn.Write(q.write)
	q.buf = nil
	switch {
	case err != nil:
		return 0, err
	case q.errno != 0:
		return 0, os.NewSyscallError("sendto", q.errno)
	}
	return q.n, nil
}

// send tries once, and says no if there is no room.
func (q *quickWriter) send(fd uintptr) (done bool) {
	for {
		// SAFETY: the conversion stands in the call itself, so buf stays where it is until that returns, and the kernel
		// reads no more than its length.
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(q.buf))), uintptr(len(q.buf)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		if errno == syscall.EINTR {
			continue
		}
		q.n, q.errno = int(n), errno
		return errno != syscall.EAGAIN
	}
}
