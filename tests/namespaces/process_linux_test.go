package namespaces

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

const (
	roleVar  = "SHMRING_TEST_NAMESPACE_ROLE"
	setupVar = "SHMRING_TEST_NAMESPACE_SETUP"
)

// limit is how long a test waits for what should happen at once before it calls it a hang.
const limit = 30 * time.Second

func TestMain(m *testing.M) {
	role := os.Getenv(roleVar)
	if role == "" {
		os.Exit(m.Run())
	}
	err := setups[os.Getenv(setupVar)]()
	if err == nil {
		err = roles[role](os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// process is a second process in another place.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors strings.Builder
}

// start runs a role in a place; dir is where both sides meet.
func start(t *testing.T, p place, role, dir string) *process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := &process{t: t, cmd: exec.Command(self, dir)}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role, setupVar+"="+p.setup)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Cloneflags: p.namespaces}
	if p.namespaces&syscall.CLONE_NEWUSER != 0 {
		c.cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	c.cmd.Stderr = &c.errors
	c.in, err = c.cmd.StdinPipe()
	must(t, err)
	out, err := c.cmd.StdoutPipe()
	must(t, err)
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		t.Skipf("this system does not let us make the namespace: %v", err)
	} else {
		must(t, err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			c.kill()
		}
	})
	return c
}

// says waits for a line. A process that cannot get into its place says so instead, and the test skips.
func (c *process) says(want string) {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.cmd.Wait()
		if text := c.errors.String(); strings.Contains(text, errNoPlace.Error()) {
			c.t.Skip(strings.TrimSpace(text))
		}
		c.t.Fatalf("want %q, got %v, %v\n%s", want, err, c.cmd.ProcessState, c.errors.String())
	}
	if got := strings.TrimSuffix(line, "\n"); got != want {
		c.t.Fatalf("the process says %q, want %q", got, want)
	}
}

// tell lets a process that waits for a line go on.
func (c *process) tell() {
	c.t.Helper()
	_, err := io.WriteString(c.in, "go\n")
	must(c.t, err)
}

func (c *process) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
	c.cmd.Wait()
}

// heard waits for a line of the test.
func heard() { bufio.NewReaderSize(os.Stdin, 16).ReadString('\n') }

// roles are what the second process does.
var roles = map[string]func(dir string) error{
	"send":    send,
	"receive": receive,
	"make":    makeSegment,
	"look":    look,
	"dial":    dial,
}

const messages = 200

func send(dir string) error {
	s, err := shmring.Open("feed", shmring.WithDir(dir), shmring.WithForeignOwner())
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := s.Producer()
	if err != nil {
		return err
	}
	fmt.Println("attached")
	heard()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for i := range messages {
		if err := p.Send(ctx, message(i)); err != nil {
			return err
		}
	}
	fmt.Println("sent")
	heard()
	return p.Close()
}

func receive(dir string) error {
	s, err := shmring.Open("feed", shmring.WithDir(dir), shmring.WithForeignOwner())
	if err != nil {
		return err
	}
	defer s.Close()
	c, err := s.Consumer()
	if err != nil {
		return err
	}
	fmt.Println("attached")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := receiveAll(ctx, c); err != nil {
		return err
	}
	fmt.Println("received")
	heard()
	return nil
}

// receiveAll receives what send sends.
func receiveAll(ctx context.Context, c *shmring.Consumer) error {
	for i := range messages {
		got, err := c.Recv(ctx, nil)
		if err != nil {
			return err
		}
		if want := message(i); string(got) != string(want) {
			return fmt.Errorf("received %q, want %q", got, want)
		}
	}
	return nil
}

// makeSegment creates a segment of a megabyte, and says what kind of error that was.
func makeSegment(dir string) error {
	s, err := shmring.Create("feed", shmring.WithDir(dir))
	switch {
	case err == nil:
		fmt.Println("created")
		return s.Close()
	case errors.Is(err, shmring.ErrNoSpace):
		fmt.Println("no space")
	case errors.Is(err, syscall.EFBIG):
		fmt.Println("file too large")
	default:
		fmt.Println(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		return fmt.Errorf("left behind: %v, %v", left, err)
	}
	return nil
}

// look says of each party how it looks from here.
func look(dir string) error {
	s, err := shmring.Open("feed", shmring.WithDir(dir), shmring.WithReadOnly(), shmring.WithForeignOwner())
	if err != nil {
		return err
	}
	defer s.Close()
	for _, p := range s.Info().Parties {
		fmt.Println(describe(p))
	}
	return nil
}

// describe says whether a party is alive, or where its description contradicts itself.
func describe(p shmring.Party) string {
	switch {
	case p.Alive && (p.State == "gone" || p.State == "zombie"):
		return "alive and " + p.State
	case p.Alive && p.Command != "" && !strings.HasPrefix(p.Command, "namespaces"):
		return "alive as " + p.Command
	case p.Alive:
		return "alive"
	}
	return "dead"
}

// dial sends one message on a connection and receives the answer.
func dial(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c, err := shmring.Dial(ctx, "door", shmring.WithDir(dir), shmring.WithForeignOwner())
	if err != nil {
		return err
	}
	if err := c.Send(ctx, []byte("question")); err != nil {
		return err
	}
	got, err := c.Recv(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Println(string(got))
	heard()
	return c.Close()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func message(i int) []byte { return fmt.Appendf(nil, "message %d", i) }
