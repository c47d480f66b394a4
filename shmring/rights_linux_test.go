package shmring

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const nobody = 65534

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can act as somebody else")
	}
}

func TestASegmentHasTheRightsThatWereAskedFor(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for mode, opts := range map[os.FileMode][]Option{0o600: nil, 0o660: {WithMode(0o660)}, 0o444: {WithMode(0o444)}} {
		s, _ := named(t, opts...)
		info, err := os.Stat(s.Info().Path)
		must(t, err)
		if info.Mode() != mode {
			t.Errorf("got mode %v, want %v", info.Mode(), mode)
		}
	}
}

// tryWithoutRight opens and makes segments in directory args[0] and says what came of it.
func tryWithoutRight(args []string) error {
	dir := WithDir(args[0])
	for _, name := range []string{"private", "public"} {
		s, err := Open(name, dir)
		fmt.Println(report(err))
		if err == nil {
			s.Close()
		}
	}
	s, err := Open("public", dir, WithReadOnly())
	fmt.Println(report(err))
	if err == nil {
		s.Close()
	}
	_, err = Create("mine", dir)
	fmt.Println(report(err))
	fmt.Println(report(Remove("public", dir)))
	return nil
}

// copyForAll returns a copy of the test binary that everybody may run.
func copyForAll(t *testing.T) string {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	must(t, err)
	defer self.Close()
	place := t.TempDir()
	for p := place; p != os.TempDir() && len(p) > 1; p = filepath.Dir(p) {
		must(t, os.Chmod(p, 0o755))
	}
	copied, err := os.OpenFile(filepath.Join(place, "child"), os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	_, err = io.Copy(copied, self)
	must(t, err)
	must(t, copied.Close())
	return copied.Name()
}

func TestWithoutTheRightNothingIsAttachedMadeOrRemoved(t *testing.T) {
	asRoot(t)
	dir := memoryDir(t)
	must(t, os.Chmod(dir, 0o755))
	for name, mode := range map[string]os.FileMode{"private": 0o600, "public": 0o644} {
		s, err := Create(name, WithDir(dir), WithMode(mode))
		must(t, err)
		defer s.Close()
	}
	c := stranger(t, "try without right", dir)
	c.says("permission") // private
	c.says("permission") // public, but for writing
	c.says("<nil>")      // public, for reading: root's files are trusted
	c.says("permission") // Create
	c.says("permission") // Remove
	c.ends()
}

func TestAForeignOwnersSegmentIsRefusedUnlessAllowed(t *testing.T) {
	asRoot(t)
	s, dir := named(t)
	must(t, os.Chown(s.Info().Path, nobody, nobody))
	err := second(Open("feed", dir))
	want(t, "Open", err, ErrPermission)
	if !strings.Contains(err.Error(), fmt.Sprint(nobody)) {
		t.Errorf("%v does not name the owner", err)
	}
	again, err := Open("feed", dir, WithForeignOwner())
	must(t, err)
	defer again.Close()
	must(t, producer(t, again).TrySend([]byte("x")))
	expect(t, consumer(t, s), "x")
}

// writeReadOnly writes through a read-only attachment of "feed" in directory args[0].
func writeReadOnly(args []string) error {
	s, err := Open("feed", WithDir(args[0]), WithReadOnly())
	if err != nil {
		return err
	}
	fmt.Println("ready")
	s.ring.Span(0, s.ring.Capacity())[0] = 1
	fmt.Println("written")
	return nil
}

func TestAReadOnlyAttachmentLooksAndCannotTouch(t *testing.T) {
	dir := memoryDir(t)
	s, err := Create("feed", WithDir(dir))
	must(t, err)
	defer s.Close()
	must(t, producer(t, s).TrySend([]byte("seen")))

	look, err := Open("feed", WithDir(dir), WithReadOnly())
	must(t, err)
	defer look.Close()
	_, err = look.Producer()
	want(t, "Producer", err, ErrReadOnly)
	_, err = look.Consumer()
	want(t, "Consumer", err, ErrReadOnly)
	if st := look.Stats(); st.Sent != 1 || st != s.Stats() {
		t.Errorf("stats: %+v, want %+v", st, s.Stats())
	}
	if info := look.Info(); len(info.Parties) != 1 || !info.Parties[0].Alive {
		t.Errorf("info: %+v", info)
	}

	c := start(t, "write read-only", dir)
	c.says("ready")
	if line, err := c.out.ReadString('\n'); err != io.EOF {
		t.Errorf("after the write it says %q, %v", line, err)
	}
	if err := c.cmd.Wait(); err == nil || !strings.Contains(c.errors.String(), "fault") {
		t.Errorf("it ended with %v:\n%s", err, c.errors.String())
	}
	expect(t, consumer(t, s), "seen")
}
