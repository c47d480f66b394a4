package sock

import (
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAKnockIsNotLostToABufferFullOfOthers(t *testing.T) {
	a, b := pair(t)
	k, err := NewKnocker(a, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	// Whatever the kernel holds for a reader that is late.
	conn, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	full := false
	for !full {
		if err := conn.Write(func(fd uintptr) bool {
			_, err := unix.Write(int(fd), []byte{1})
			full = err == unix.EAGAIN
			return true
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		k.Knock(2)
	}
	if err := b.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for heard := [1]byte{}; heard[0] != 2; {
		if _, err := b.Read(heard[:]); err != nil {
			t.Fatalf("the other knock never came: %v", err)
		}
	}
}

// pair returns the two ends of a Unix socket.
func pair(t *testing.T) (a, b *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		c, err := net.FileConn(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		ends[i] = c.(*net.UnixConn)
	}
	return ends[0], ends[1]
}
