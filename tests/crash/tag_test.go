//go:build linux && !shmring_hooks

package crash

import (
	"os"
	"os/exec"
	"testing"
)

// TestProcessesThatDieAtSharedAccesses runs this package's tests again, built with the tag that lets
// them see every shared access.
func TestProcessesThatDieAtSharedAccesses(t *testing.T) {
	gotool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build the tests with: ", err)
	}
	cmd := exec.CommandContext(t.Context(), gotool, "test", "-tags", "shmring_hooks", "-count=1", "-v", "-timeout", "60m", ".")
	cmd.Env = os.Environ()
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
