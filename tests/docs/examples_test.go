package docs

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

// The metrics examples are a module of their own, which go test ./... does not enter.
func TestTheMetricsExamplesWork(t *testing.T) {
	if testing.Short() {
		t.Skip("the short form does not load the libraries of monitoring systems")
	}
	dir := filepath.Join(root, "examples", "metrics")
	if out, err := command(dir, "mod", "download").CombinedOutput(); err != nil {
		t.Skipf("the libraries cannot be had: %v\n%s", err, bytes.TrimSpace(out))
	}
	if out, err := command(dir, "test", "./...").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	return cmd
}
