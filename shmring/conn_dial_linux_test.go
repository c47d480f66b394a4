package shmring

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// withDescriptors leaves this process n descriptors to open while f runs.
func withDescriptors(t *testing.T, n int, f func()) {
	t.Helper()
	var old syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	lowest, err := os.Open(os.DevNull)
	must(t, err)
	limit := uint64(lowest.Fd()) + uint64(n)
	must(t, lowest.Close())
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: limit, Max: old.Max}))
	defer func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) }()
	f()
}

func TestADialerShortOfDescriptorsUsesTheSocket(t *testing.T) {
	dir := memoryDir(t)
	l := start(t, "listen until killed", dir)
	l.says("listening")
	first, err := Dial(soon(t), "meet", WithDir(dir)) // whatever is opened once
	must(t, err)
	must(t, first.Close())
	before := descriptors(t)
	for free := 1; ; free++ { // the socket takes one
		var c *Conn
		withDescriptors(t, free, func() { c, err = Dial(soon(t), "meet", WithDir(dir)) })
		if err != nil {
			t.Fatalf("with %d descriptors: %v", free, err)
		}
		transport := c.Transport()
		must(t, c.Close())
		if transport.Kind == TransportRing {
			if free == 1 {
				t.Error("a ring with one descriptor")
			}
			break
		}
		if !strings.Contains(transport.Reason, "descriptors") && !errors.Is(transport.Err, syscall.EMFILE) {
			t.Errorf("with %d descriptors: the reason is %q, %v", free, transport.Reason, transport.Err)
		}
		if free > 20 {
			t.Fatal("never a ring")
		}
	}
	eventually(t, "every descriptor is closed", func() bool { return descriptors(t) <= before })
}
