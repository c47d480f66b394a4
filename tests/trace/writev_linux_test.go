package trace

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/shmring/ipc/frame"
	"github.com/shmring/ipc/shmring"
)

const (
	dirVar = "SHMRING_TRACE_DIR"
	frames = 50
	// Large enough not to be copied into one buffer, small enough for a socket's buffer to take it whole.
	bodySize, partSize, parts = 1 << 10, 40 << 10, 3
)

func TestMain(m *testing.M) {
	dir := os.Getenv(dirVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := talk(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// message is what talk sends.
func message() frame.Message {
	m := frame.Message{Body: make([]byte, bodySize)}
	for range parts {
		m.Parts = append(m.Parts, make([]byte, partSize))
	}
	return m
}

// talk sends messages to itself over a socket, each after the one before has arrived.
func talk(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	opts := []shmring.Option{shmring.WithSocket(filepath.Join(dir, "s")), shmring.WithSocketOnly()}
	l, err := shmring.Listen("trace", opts...)
	if err != nil {
		return err
	}
	defer l.Close()
	near, err := shmring.Dial(ctx, "trace", opts...)
	if err != nil {
		return err
	}
	defer near.Close()
	far, err := l.AcceptConn(ctx)
	if err != nil {
		return err
	}
	defer far.Close()
	m := message()
	for range frames {
		if err := near.SendMessage(ctx, m); err != nil {
			return err
		}
		if got, err := far.RecvMessage(ctx); err != nil {
			return err
		} else if got.Size() != m.Size() || len(got.Parts) != parts {
			return fmt.Errorf("got %d bytes in %d parts, want %d in %d", got.Size(), len(got.Parts), m.Size(), parts)
		}
	}
	return nil
}

// call matches a call in strace's output: its name and what it returned.
var call = regexp.MustCompile(`(?m)(?:^|\s)(?:<\.\.\. )?(writev|write|sendmsg|sendto)(?:\(| resumed>).*= (-?\d+)`)

func TestALargeFrameIsOneWritev(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("the system calls cannot be counted: %v", err)
	}
	dir := t.TempDir()
	report := filepath.Join(dir, "report")
	if out, err := exec.Command(strace, "-f", "-o", filepath.Join(dir, "probe"), "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v\n%s", err, bytes.TrimSpace(out))
	}
	cmd := exec.Command(strace, "-f", "-e", "trace=writev,write,sendmsg,sendto", "-o", report, os.Args[0])
	cmd.Env = append(os.Environ(), dirVar+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	// What else the process writes, as the handshake, is small.
	whole, size := 0, message().Size()
	for _, m := range call.FindAllSubmatch(text, -1) {
		n, err := strconv.Atoi(string(m[2]))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case string(m[1]) == "writev" && n == size:
			whole++
		case n >= bodySize || string(m[1]) == "writev":
			t.Errorf("%s, where a frame is a writev of %d", bytes.TrimSpace(m[0]), size)
		}
	}
	if whole != frames {
		t.Errorf("%d frames took %d calls of writev", frames, whole)
	}
}
