package shmring

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// roleVariable names the role that a child process of this test binary plays.
const roleVariable = "SHMRING_TEST_ROLE"

// roles are what child processes do. Each gets the arguments that start was given, talks through its standard
// output and input, and ends with a failure if it returns an error.
func roles() map[string]func(args []string) error {
	return map[string]func(args []string) error{
		"hold":                    hold,
		"hold two":                holdTwo,
		"listen until killed":     listenUntilKilled,
		"listen in group":         listenInGroup,
		"take over":               takeOver,
		"connect":                 connect,
		"join":                    join,
		"make and remove":         makeAndRemove,
		"work until lost":         workUntilLost,
		"borrow":                  borrow,
		"write read-only":         writeReadOnly,
		"try without right":       tryWithoutRight,
		"send over a passed file": sendOverPassedFile,
		"copy":                    copyRecords,
		"run with descriptors":    runWithDescriptors,
		"lock as a reader":        lockAsReader,
		"come and go":             comeAndGo,
		"remove drained":          removeDrained,

		"receive without membarrier": receiveWithoutMembarrier,
	}
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := roles()[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a process that plays a role.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors strings.Builder
}

// prepare builds a child without starting it. It dies with its parent.
func prepare(t *testing.T, role string, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := &child{t: t, cmd: exec.Command(self, args...)}
	c.cmd.Env = append(os.Environ(), roleVariable+"="+role)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	c.cmd.Stderr = &c.errors
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	must(t, err)
	c.out = bufio.NewReader(out)
	return c
}

func (c *child) start() *child {
	c.t.Helper()
	must(c.t, c.cmd.Start())
	c.t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			c.kill()
		}
	})
	return c
}

func start(t *testing.T, role string, args ...string) *child {
	t.Helper()
	return prepare(t, role, args...).start()
}

// says waits for a line and holds it against what the child should say.
func (c *child) says(want string) {
	c.t.Helper()
	if got := c.line(); got != want {
		c.t.Fatalf("%s says %q, want %q", c.cmd.Env[len(c.cmd.Env)-1], got, want)
	}
}

// line waits for a line.
func (c *child) line() string {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.cmd.Wait()
		c.t.Fatalf("%s: %v, %v\n%s", c.cmd.Env[len(c.cmd.Env)-1], err, c.cmd.ProcessState, c.errors.String())
	}
	return strings.TrimSuffix(line, "\n")
}

// tell writes a line to the child.
func (c *child) tell(line string) {
	c.t.Helper()
	_, err := io.WriteString(c.in, line+"\n")
	must(c.t, err)
}

// kill ends the child with SIGKILL and waits until it is gone.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
	c.cmd.Wait()
}

// ends waits for a good end.
func (c *child) ends() {
	c.t.Helper()
	if err := c.cmd.Wait(); err != nil {
		c.t.Fatalf("%s: %v\n%s", c.cmd.Env[len(c.cmd.Env)-1], err, c.errors.String())
	}
}

// heard waits for a line from the parent.
func heard() string {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(line, "\n")
}

// report says how a call ended, in one word that the parent can compare.
func report(err error) string {
	for name, target := range map[string]error{
		"lost": ErrSegmentLost, "read-only": ErrReadOnly, "busy": ErrBusy, "permission": ErrPermission, "exists": os.ErrExist,
		"died": ErrPeerDied, "end": io.EOF,
	} {
		if errors.Is(err, target) {
			return name
		}
	}
	return fmt.Sprint(err)
}
