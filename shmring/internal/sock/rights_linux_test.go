package sock

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func null(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// openFiles returns how many descriptors this process has.
func openFiles(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list descriptors")
	}
	return len(fds)
}

func TestFilesComeInTheOrderInWhichTheyWereSent(t *testing.T) {
	a, b := pair(t)
	f, dir := null(t), t.TempDir()
	d, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := Send(a, []byte("hello"), f, d); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	files, err := Receive(b, buf, 2)
	if err != nil || len(files) != 2 || string(buf) != "hello" {
		t.Fatalf("got %q, %d files, %v", buf, len(files), err)
	}
	for i, file := range files {
		info, err := file.Stat()
		if err != nil || info.IsDir() != (i == 1) {
			t.Errorf("file %d: directory %v, %v", i, info.IsDir(), err)
		}
		if flags, err := unix.FcntlInt(file.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("file %d is inherited by children: flags %#x, %v", i, flags, err)
		}
		file.Close()
	}
}

func TestMoreFilesThanWantedAreAnErrorThatSaysHowMany(t *testing.T) {
	f := null(t)
	for limit, sent := range map[int][]*os.File{2: {f, f, f}, 0: {f}, 1: {f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f}} {
		a, b := pair(t)
		before := openFiles(t)
		if err := Send(a, []byte("x"), sent...); err != nil {
			t.Fatal(err)
		}
		files, err := Receive(b, make([]byte, 1), limit)
		if err == nil || files != nil || !strings.Contains(err.Error(), "descriptors came") {
			t.Errorf("limit %d: got %d files, %v", limit, len(files), err)
		}
		if after := openFiles(t); after != before {
			t.Errorf("limit %d: %d descriptors before, %d after", limit, before, after)
		}
	}
}

// few leaves this process n descriptors to open, and calls f.
func few(t *testing.T, n int, f func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	free, err := unix.FcntlInt(uintptr(null(t).Fd()), unix.F_DUPFD_CLOEXEC, 0) // the lowest free number
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(free)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(free + n), Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

func TestWithoutFreeDescriptorsFewerFilesCome(t *testing.T) {
	f := null(t)
	for free := range 2 {
		a, b := pair(t)
		if err := Send(a, []byte("hello"), f, f); err != nil {
			t.Fatal(err)
		}
		few(t, free, func() {
			buf := make([]byte, 5)
			files, err := Receive(b, buf, 2)
			if err != nil || len(files) > free || string(buf) != "hello" {
				t.Errorf("with %d descriptors free: got %q, %d files, %v", free, buf, len(files), err)
			}
			for _, file := range files {
				file.Close()
			}
		})
	}
}
