//go:build !shmring_hooks

package model

import (
	"os/exec"
	"testing"

	_ "github.com/shmring/ipc/shmring" // what is checked: a change to it makes cached results void
)

// TestTheShippedProtocol runs this package's tests again, built with the tag that lets them see every
// shared access.
func TestTheShippedProtocol(t *testing.T) {
	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build the checker with: ", err)
	}
	cmd := exec.CommandContext(t.Context(), gotool, "test", "-tags", "shmring_hooks", "-count=1", "-v", ".")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
