package sock

import (
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestANotificationIsNotLostToABufferFullOfOthers(t *testing.T) {
	a, b := pair(t)
	n, err := NewNotifier(a, 1, 2)
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
		n.Notify(2)
	}
	if err := b.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for got := [1]byte{}; got[0] != 2; {
		if _, err := b.Read(got[:]); err != nil {
			t.Fatalf("the other notification never came: %v", err)
		}
	}
}

func TestEveryNotificationIsReadUntilTheSocketEnds(t *testing.T) {
	a, b := pair(t)
	n, err := NewNotifier(a, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, over := make(chan byte, 1000), make(chan bool)
	go func() {
		ReadNotifications(b, func(bits byte) { got <- bits })
		close(over)
	}()
	for i := range 100 {
		want := byte(1 + i%2)
		n.Notify(want)
		if got := <-got; got != want {
			t.Fatalf("notification %d: read %d, want %d", i, got, want)
		}
	}
	for i := range 500 { // more than one look takes, and with nobody waiting for each
		n.Notify(byte(1 + i/499))
	}
	for bits := byte(0); bits != 3; {
		bits |= <-got
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	<-over
}

func TestReadingEndsWhenItsOwnEndCloses(t *testing.T) {
	_, b := pair(t)
	over := make(chan bool)
	go func() {
		ReadNotifications(b, func(byte) {})
		close(over)
	}()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	<-over
}

func TestANotificationThatComesWithTheEndIsReadAndSoIsTheEnd(t *testing.T) {
	for range 100 {
		a, b := pair(t)
		if _, err := a.Write([]byte{2}); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		got := byte(0)
		ReadNotifications(b, func(bits byte) { got |= bits })
		if got != 2 {
			t.Fatalf("read %d, want 2", got)
		}
	}
}

func TestReadingEndsBeforeAPeerThatNotifiesForEver(t *testing.T) {
	a, b := pair(t)
	go func() {
		for storm := make([]byte, 1<<16); ; {
			if _, err := a.Write(storm); err != nil {
				return
			}
		}
	}()
	over := make(chan bool)
	called := make(chan bool, 1)
	go func() {
		ReadNotifications(b, func(byte) {
			select {
			case called <- true:
			default:
			}
		})
		close(over)
	}()
	<-called
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	<-over
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
