package trace

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The traced process is this test binary, started again with a role and a folder.
const (
	roleVar = "SHMRING_TRACE_ROLE"
	dirVar  = "SHMRING_TRACE_DIR"
)

func TestMain(m *testing.M) {
	role, ok := map[string]func(dir string) error{"talk": talk, "send": send}[os.Getenv(roleVar)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(os.Getenv(dirVar)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// trace plays a role and returns a line for each of these system calls that it made.
func trace(t *testing.T, role, dir string, calls ...string) []byte {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("the system calls cannot be counted: %v", err)
	}
	report := filepath.Join(t.TempDir(), "report")
	if out, err := exec.Command(strace, "-f", "-o", report, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v\n%s", err, bytes.TrimSpace(out))
	}
	cmd := exec.Command(strace, "-f", "-e", "trace="+strings.Join(calls, ","), "-o", report, os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, dirVar+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
