//go:build linux && (amd64 || arm64)

package fault

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A fault that is not handled ends the process, so every scenario runs in a child:
// this test binary again, with the scenario's name in its environment.
const scenarioKey = "FAULT_TEST_SCENARIO"

func TestMain(m *testing.M) {
	name := os.Getenv(scenarioKey)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := scenarios[name](); err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(3)
	}
	fmt.Println("SURVIVED")
}

// child runs a scenario and returns what it printed and whether it ended well.
func child(t *testing.T, scenario string, env ...string) (output string, ok bool) {
	t.Helper()
	if scenarios[scenario] == nil {
		t.Fatalf("no scenario %q", scenario)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), scenarioKey+"="+scenario, "TMPDIR="+t.TempDir()), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err == nil
}

func mustSurvive(t *testing.T, scenario string, env ...string) {
	t.Helper()
	out, ok := child(t, scenario, env...)
	if !ok || !strings.Contains(out, "SURVIVED") {
		t.Fatalf("child with %v: %s", env, out)
	}
}

func mustDie(t *testing.T, scenario, message string) {
	t.Helper()
	out, ok := child(t, scenario)
	if ok || strings.Contains(out, "SURVIVED") || !strings.Contains(out, message) {
		t.Fatalf("child should have died with %q: ok=%v\n%s", message, ok, out)
	}
}

// mapped is a file mapped shared, as a segment is.
type mapped struct {
	mem  []byte
	file *os.File
}

func mapTemp(size int) (*mapped, error) {
	file, err := os.CreateTemp("", "segment")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name())
	if err := file.Truncate(int64(size)); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	for i := range mem {
		mem[i] = 0xAA
	}
	return &mapped{mem: mem, file: file}, nil
}
