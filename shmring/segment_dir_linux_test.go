package shmring

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listenUntilKilled listens as "meet" in directory args[0].
func listenUntilKilled(args []string) error {
	if _, err := Listen("meet", WithDir(args[0])); err != nil {
		return err
	}
	fmt.Println("listening")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// staleFiles returns the names, without directories, of what was left in dir.
func staleFiles(t *testing.T, dir string) string {
	t.Helper()
	paths, err := StaleFiles(WithDir(dir))
	must(t, err)
	names := []string{}
	for _, p := range paths {
		if filepath.Dir(p) != dir {
			t.Errorf("%s does not lie in %s", p, dir)
		}
		names = append(names, filepath.Base(p))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestWhatAKilledListenerLeavesIsStale(t *testing.T) {
	dir := memoryDir(t)
	c := start(t, "listen until killed", dir)
	c.says("listening")
	if got := staleFiles(t, dir); got != "" {
		t.Errorf("while it listens: %q", got)
	}
	socket := filepath.Join(dir, "meet.sock")
	want(t, "RemoveStaleFile of the living", RemoveStaleFile(socket), ErrBusy)
	conn, err := Dial(soon(t), "meet", WithDir(dir))
	must(t, err)
	must(t, conn.Close())
	c.kill()
	if got := staleFiles(t, dir); got != "meet.sock" {
		t.Errorf("killed: %q", got)
	}
	must(t, RemoveStaleFile(socket))
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestOnlyOurOwnSocketsAndLocksAreStale(t *testing.T) {
	dir := memoryDir(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	stale := func(name string) {
		t.Helper()
		l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: in(name)})
		must(t, err)
		l.SetUnlinkOnClose(false)
		must(t, l.Close())
	}
	for name, text := range map[string]string{
		"alone.sock.lock": "", "theirs.sock.lock": "pid 7", "file.sock.lock": "", "file.sock": "", "other.lock": "", "living.sock.lock": "",
	} {
		must(t, os.WriteFile(in(name), []byte(text), 0o600))
	}
	stale("theirs.sock")
	stale("lockless.sock")
	must(t, os.Mkdir(in("dir.sock.lock"), 0o700))
	must(t, os.Symlink(in("alone.sock.lock"), in("link.sock.lock")))
	living, err := net.Listen("unix", in("living.sock")) // without our lock
	must(t, err)
	defer living.Close()
	if got := staleFiles(t, dir); got != "alone.sock.lock living.sock" {
		t.Errorf("got %q", got)
	}
	want(t, "RemoveStaleFile of the living", RemoveStaleFile(in("living.sock")), ErrBusy)
	want(t, "RemoveStaleFile without a lock", RemoveStaleFile(in("lockless.sock")), fs.ErrNotExist)
	if _, err := os.Lstat(in("living.sock.lock")); err != nil {
		t.Error("the lock of the living is gone")
	}
	want(t, "RemoveStaleFile of a segment", RemoveStaleFile(in("feed.shmring")), fs.ErrInvalid)
	must(t, RemoveStaleFile(in("alone.sock.lock")))
	if _, err := os.Lstat(in("alone.sock.lock")); err == nil {
		t.Error("the lock is still there")
	}
}

func TestALookForStaleFilesKeepsNobodyFromListening(t *testing.T) {
	dir := memoryDir(t)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if _, err := StaleFiles(WithDir(dir)); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 300 {
		l, err := Listen("meet", WithDir(dir))
		must(t, err)
		must(t, l.Close())
		// What a listener leaves that is killed before it binds.
		must(t, os.WriteFile(filepath.Join(dir, "meet.sock.lock"), nil, 0o600))
	}
	close(stop)
	must(t, <-stopped)
}
