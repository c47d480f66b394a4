package shmring

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// withUmask runs the rest of a test under another umask.
func withUmask(t *testing.T, mask int) {
	t.Helper()
	old := syscall.Umask(mask)
	t.Cleanup(func() { syscall.Umask(old) })
}

func TestASocketNeverHasMorePermissionsThanItShould(t *testing.T) {
	withUmask(t, 0)
	dir := memoryDir(t)
	path := filepath.Join(dir, "meet.sock")
	stop, stopped := make(chan bool), make(chan fs.FileMode)
	go func() {
		seen := fs.FileMode(0)
		defer func() { stopped <- seen }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			for _, p := range []string{path, path + lockSuffix} {
				if info, err := os.Lstat(p); err == nil {
					seen |= info.Mode().Perm()
				}
			}
		}
	}()
	for range 200 {
		l, err := Listen("meet", WithDir(dir))
		must(t, err)
		must(t, l.Close())
	}
	close(stop)
	if seen := <-stopped; seen != 0o600 {
		t.Errorf("the socket or its lock had mode %v for a moment, want 0600", seen)
	}
}

func TestAListenersFilesHaveTheirPermissionsWhateverTheUmask(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o277, 0o777} {
		for mode, lock := range map[fs.FileMode]fs.FileMode{0o600: 0o600, 0o660: 0o660, 0o666: 0o660, 0o060: 0o660} {
			t.Run(fmt.Sprintf("umask=%o/mode=%o", mask, mode), func(t *testing.T) {
				dir := memoryDir(t)
				withUmask(t, mask)
				for range 2 {
					l, err := Listen("meet", WithDir(dir), WithMode(mode))
					must(t, err)
					for path, want := range map[string]fs.FileMode{"meet.sock": mode, "meet.sock.lock": lock} {
						if info, err := os.Lstat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != want {
							t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
						}
					}
					_, err = Listen("meet", WithDir(dir), WithMode(mode))
					want(t, "a second listener", err, ErrBusy)
					must(t, l.Close())
				}
			})
		}
	}
}

// Linux refuses O_CREATE for files of others in folders like /dev/shm, to root as well (fs.protected_regular).
func TestALockThatExistsIsNotOpenedForCreation(t *testing.T) {
	asRoot(t)
	if setting, err := os.ReadFile("/proc/sys/fs/protected_regular"); err != nil || setting[0] == '0' {
		t.Skip("fs.protected_regular is off")
	}
	dir := memoryDir(t)
	must(t, os.Chmod(dir, 0o777|fs.ModeSticky))
	path := filepath.Join(dir, "meet.sock")
	must(t, os.WriteFile(path+lockSuffix, nil, 0o600))
	must(t, os.Chown(path+lockSuffix, nobody, nobody))
	l, err := Listen("meet", WithDir(dir))
	must(t, err)
	must(t, l.Close())
}

// childOf builds a child that runs as somebody else.
func childOf(t *testing.T, uid, gid uint32, role string, args ...string) *child {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	must(t, err)
	defer self.Close()
	place := t.TempDir() // the test binary may lie where others may not go
	for p := place; p != os.TempDir() && len(p) > 1; p = filepath.Dir(p) {
		must(t, os.Chmod(p, 0o755))
	}
	copied, err := os.OpenFile(filepath.Join(place, "child"), os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	_, err = io.Copy(copied, self)
	must(t, err)
	must(t, copied.Close())
	c := prepare(t, role, args...)
	c.cmd.Path = copied.Name()
	c.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	return c
}

// takeOver finds the files of a dead listener in directory args[0], removes those of one, and takes another one's place.
func takeOver(args []string) error {
	dir := WithDir(args[0])
	stale, err := StaleFiles(dir)
	fmt.Println(len(stale), report(err))
	fmt.Println(report(RemoveStaleFile(filepath.Join(args[0], "one.sock"))))
	l, err := Listen("two", dir, WithMode(0o660))
	fmt.Println(report(err))
	if err == nil {
		return l.Close()
	}
	return nil
}

// listenInGroup listens twice in directory args[0], for a group.
func listenInGroup(args []string) error {
	for _, name := range []string{"one", "two"} {
		if _, err := Listen(name, WithDir(args[0]), WithMode(0o660)); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	heard()
	return nil
}

func TestAMemberOfTheGroupTakesADeadListenersPlace(t *testing.T) {
	asRoot(t)
	const alice, bob, group = 64001, 64002, 64003
	dir := memoryDir(t)
	must(t, os.Chown(dir, 0, group))
	must(t, os.Chmod(dir, 0o770|fs.ModeSetgid))
	first := childOf(t, alice, group, "listen in group", dir)
	if err := first.cmd.Start(); err != nil {
		t.Skip("cannot run a child as somebody else:", err)
	}
	first.says("ready")
	first.kill()
	second := childOf(t, bob, group, "take over", dir).start()
	second.says("2 <nil>") // both are stale
	second.says("<nil>")   // RemoveStaleFile
	second.says("<nil>")   // Listen
	second.ends()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A foreign user that tries all the time must not get in.
func TestAForeignUserNeverConnects(t *testing.T) {
	asRoot(t)
	withUmask(t, 0)
	dir := memoryDir(t)
	must(t, os.Chmod(dir, 0o777))
	c := childOf(t, nobody, nobody, "connect", filepath.Join(dir, "meet.sock"))
	if err := c.cmd.Start(); err != nil {
		t.Skip("cannot run a child as somebody else:", err)
	}
	c.says("ready")
	for range 100 {
		l, err := Listen("meet", WithDir(dir))
		must(t, err)
		must(t, l.Close())
	}
	c.tell("enough")
	c.says("0")
	c.ends()
}

// connect tries to connect to args[0] until it is told to stop, and says how often it could.
func connect(args []string) error {
	fmt.Println("ready")
	stop := make(chan bool)
	go func() { heard(); close(stop) }()
	for n := 0; ; {
		select {
		case <-stop:
			fmt.Println(n)
			return nil
		default:
			if conn, err := net.DialTimeout("unix", args[0], time.Second); err == nil {
				n++
				conn.Close()
			}
		}
	}
}
