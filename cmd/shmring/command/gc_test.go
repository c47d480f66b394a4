package command

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmring/ipc/shmring"
)

func TestGCRemovesOnlyWhatNobodyNeeds(t *testing.T) {
	dir := t.TempDir()
	create(t, dir, "idle")
	fill(t, create(t, dir, "attached"))
	fill(t, create(t, dir, "unread"), "precious").Close()
	drained := create(t, dir, "drained")
	fill(t, drained, "read").Close()
	c, err := drained.Consumer()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Recv(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c.Close()
	stale := ".feed.shmring.ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"
	for _, name := range []string{stale, "broken.shmring", "other"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("no"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string, args ...string) {
		t.Helper()
		out := good(t, "", append([]string{"gc", "--dir", dir, "--json"}, args...)...)
		var got []string
		for _, r := range lines[removed](t, out) {
			if r.Removed {
				got = append(got, filepath.Base(r.Name))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v: removed %v, want %q\n%s", args, got, want, out)
		}
	}
	expect("") // everything is young
	expect("", "--grace", "0s", "--dry-run")
	mustContain(t, good(t, "", "gc", "--dir", dir, "--grace", "0s", "--dry-run"), "would remove idle: nobody holds it", "kept attached: ")
	expect("drained idle "+stale, "--grace", "0s")
	expect("unread", "--grace", "0s", "--all")
	expect("", "--grace", "0s", "--all")
	mustContain(t, good(t, "", "gc", "--dir", dir), "kept attached: producer process", "kept broken: not understood")
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestGCRemovesTheSocketsOfListenersThatAreGone(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"dead", "living"} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, name+".sock")})
		if err != nil {
			t.Fatal(err)
		}
		if l.SetUnlinkOnClose(false); name == "dead" {
			l.Close()
		} else {
			defer l.Close() // a program that does not know our locks
		}
		if err := os.WriteFile(filepath.Join(dir, name+".sock.lock"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := shmring.Listen("locked", shmring.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	mustContain(t, good(t, "", "gc", "--dir", dir, "--dry-run"), "would remove "+filepath.Join(dir, "dead.sock"))
	out := good(t, "", "gc", "--dir", dir)
	mustContain(t, out, "removed "+filepath.Join(dir, "dead.sock")+": its listener is gone", "kept "+filepath.Join(dir, "living.sock")+": a process listens there")
	if strings.Contains(out, "locked") {
		t.Errorf("what is in use is not worth a word:\n%s", out)
	}
	var left []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := "living.sock living.sock.lock locked.sock locked.sock.lock"; strings.Join(left, " ") != want || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}
