package shm

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// In a user namespace without users, every file seems to belong to the same one, and so does the process itself.
func TestAStrangerWhoLooksLikeUsInAUserNamespaceIsAStranger(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("giving a file away needs root")
	}
	for _, c := range []struct {
		owner    int
		stranger bool
	}{{os.Geteuid(), false}, {54321, true}} {
		path := made(t)
		for _, err := range []error{os.Chmod(path, 0o666), os.Chown(path, c.owner, c.owner)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), openerKey+"="+path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("this system does not let us make a user namespace: %v, %s", err, out)
		}
		if want := fmt.Sprintf("%d %v ", overflowUID(), c.stranger); !strings.HasPrefix(string(out), want) {
			t.Errorf("owner %d: got %q, want %q", c.owner, out, want)
		}
	}
}

func TestTheOwnerOfAFileProvesIt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("becoming somebody else needs root")
	}
	path := made(t)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if !provesOwner(file) {
		t.Error("the owner has no proof")
	}
	as(t, 54321, func() {
		if provesOwner(file) {
			t.Error("a stranger has a proof")
		}
	})
}
