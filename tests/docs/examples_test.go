package docs

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

// These examples are modules of their own, which go test ./... does not enter.
func TestTheExamplesWithLibrariesWork(t *testing.T) {
	if testing.Short() {
		t.Skip("the short form does not load the libraries of other projects")
	}
	for _, name := range []string{"metrics", "grpc"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(root, "examples", name)
			if out, err := command(dir, "mod", "download").CombinedOutput(); err != nil {
				t.Skipf("the libraries cannot be had: %v\n%s", err, bytes.TrimSpace(out))
			}
			if out, err := command(dir, "test", "./...").CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	return cmd
}
