//go:build linux

package crash

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// A child is this test binary in another process. It tells its parent what it does in notes of 16 bytes
// on its standard output, one write each, so that what it said survives it.

type noteKind uint32

const (
	ready     noteKind = iota + 1 // attached, or done with the preparations
	sent                          // Send returned nil
	got                           // Next returned this record
	released                      // Release returned
	tornTail                      // the attachment cleared what a predecessor had left
	midClear                      // the attachment went on with a clearing
	succeeded                     // the attachment took over from a dead process
	done                          // the end was reached alive
)

type note struct {
	kind   noteKind
	sender uint32
	seq    uint64
}

func tell(kind noteKind, sender uint32, seq uint64) {
	var b [16]byte
	binary.LittleEndian.PutUint32(b[0:], uint32(kind))
	binary.LittleEndian.PutUint32(b[4:], sender)
	binary.LittleEndian.PutUint64(b[8:], seq)
	os.Stdout.Write(b[:])
}

// environment of a child.
const (
	roleKey    = "CRASH_ROLE"
	segmentKey = "CRASH_SEGMENT"
	senderKey  = "CRASH_SENDER" // number of the sender
	nthKey     = "CRASH_NTH"    // what to count up to
	wayKey     = "CRASH_WAY"
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleKey)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles()[role](os.Getenv(segmentKey)); err != nil {
		fmt.Fprintln(os.Stderr, role, "failed:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	live  chan note // notes as they come, closed at the end
	notes []note    // the same, after the end
	up    bool      // it said that it is ready
}

// start runs a child and collects its notes.
func start(t testing.TB, role, segment string, env ...string) *child {
	t.Helper()
	return startAs(t, nil, role, segment, env...)
}

func startAs(t testing.TB, attr *syscall.SysProcAttr, role, segment string, env ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(exe), live: make(chan note, 1<<16)}
	c.cmd.Env = append(os.Environ(), append(env, roleKey+"="+role, segmentKey+"="+segment, "GOMAXPROCS=2")...)
	c.cmd.Stderr = os.Stderr
	c.cmd.SysProcAttr = attr
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		c.stdin, err = c.cmd.StdinPipe()
	}
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.live)
		var b [16]byte
		for {
			if _, err := io.ReadFull(out, b[:]); err != nil {
				return
			}
			n := note{noteKind(binary.LittleEndian.Uint32(b[0:])), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint64(b[8:])}
			c.notes = append(c.notes, n)
			select {
			case c.live <- n:
			default: // nobody follows; it is in notes
			}
		}
	}()
	t.Cleanup(func() { c.kill() })
	return c
}

// attached waits until the child is ready, false if it ends before.
func (c *child) attached() bool {
	for !c.up {
		n, ok := <-c.live
		if !ok {
			return false
		}
		c.up = n.kind == ready
	}
	return true
}

// kill kills the child and waits for the end of its notes.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.wait()
}

func (c *child) wait() {
	for range c.live {
	}
	c.cmd.Wait()
}

// segment makes a named segment for a test and returns its name, too.
func segment(t testing.TB, kind shmring.Kind, producers int, opts ...shmring.Option) (*shmring.Segment, string) {
	t.Helper()
	opts = append(opts, shmring.WithKind(kind))
	if kind == shmring.MPSC {
		opts = append(opts, shmring.WithMaxProducers(producers))
	}
	name := fmt.Sprintf("crash-%d-%d", os.Getpid(), time.Now().UnixNano())
	s, err := shmring.Create(name, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		shmring.Remove(name)
	})
	return s, name
}

func long() bool { return os.Getenv("SHMRING_CRASH") == "long" }
