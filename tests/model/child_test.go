//go:build !shmring_hooks

package model

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheShippedProtocol runs this package's tests again, built with the tag that lets them see every
// shared access.
func TestTheShippedProtocol(t *testing.T) {
	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build the checker with: ", err)
	}
	for _, dir := range []string{".", "../../shmring", "../../layout"} {
		readSources(t, dir)
	}
	cmd := exec.CommandContext(t.Context(), gotool, "test", "-tags", "shmring_hooks", "-count=1", "-v", ".")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// readSources reads the files that the child is built from: the go command notes what a test reads, and a change to any
// of it makes a cached result void.
func readSources(t *testing.T, dir string) {
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
