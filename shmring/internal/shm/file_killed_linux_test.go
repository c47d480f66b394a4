package shm

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The test binary runs again as a creator that stops inside init, to be killed there.
const (
	creatorKey = "SHM_TEST_CREATE"
	makerKey   = "SHM_TEST_MAKER"
	openerKey  = "SHM_TEST_OPEN" // opens and says what came of it
)

func TestMain(m *testing.M) {
	if path := os.Getenv(openerKey); path != "" {
		_, err := Open(path, OpenFlags{})
		fmt.Println(os.Geteuid(), errors.As(err, new(*OwnerError)), err)
		os.Exit(0)
	}
	path := os.Getenv(creatorKey)
	if path == "" {
		os.Exit(m.Run())
	}
	_, err := create(path, 1<<20, 0o600, func([]byte) error {
		fmt.Println("in init")
		time.Sleep(time.Hour)
		return nil
	}, makers[os.Getenv(makerKey)])
	fmt.Println("not stopped:", err)
}

// newFile wraps a descriptor that a system call returned.
func newFile(fd int) *os.File { return os.NewFile(uintptr(fd), "memfd") }

func TestACreatorKilledHalfWayLeavesNoName(t *testing.T) {
	for maker := range makers {
		t.Run(maker, func(t *testing.T) {
			dir := memoryDir(t)
			path := filepath.Join(dir, "feed")
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), creatorKey+"="+path, makerKey+"="+maker)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if line != "in init\n" || err != nil {
				t.Fatalf("child says %q, %v", line, err)
			}
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("child was not killed")
			}
			if _, err := Open(path, OpenFlags{}); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Open: %v", err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if maker == "unnamed" || !IsTemp(e.Name()) {
					t.Errorf("%s was left", e.Name())
					continue
				}
				temp := filepath.Join(dir, e.Name())
				if busy, err := BeingMade(temp); busy || err != nil {
					t.Errorf("being made %v, %v", busy, err)
				}
				if err := Remove(temp); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
