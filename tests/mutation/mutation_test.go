package mutation

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// limit is how long the tests of one mutant may run: a hang kills a mutant, too.
const limit = 3 * time.Minute

// shortEvery is how many mutants the short form leaves out after each one that it runs.
const shortEvery = 12

func TestEveryMutantIsKilled(t *testing.T) {
	all := mutants()
	if len(all) < 40 {
		t.Fatalf("%d mutants, want at least 40", len(all))
	}
	long, only := os.Getenv("SHMRING_MUTATION") == "long", os.Getenv("SHMRING_MUTANT")
	killed := 0
	for i, m := range all {
		if only != "" && m.what != only || only == "" && !long && i%shortEvery != 0 {
			m.changed(t) // its text is still there
			continue
		}
		t.Run(strings.ReplaceAll(m.what, " ", "_"), func(t *testing.T) {
			if out, dead := m.run(t, m.changed(t)); !dead {
				t.Errorf("survived %s in %s:\n%s", m.test, m.pkg, out)
			} else {
				killed++
			}
		})
	}
	t.Logf("%d of %d mutants were run and killed", killed, len(all))
}

// The tests that kill mutants pass without them, or their failing would say nothing.
func TestTheKillersPassOnTheOriginal(t *testing.T) {
	if os.Getenv("SHMRING_MUTATION") != "long" {
		t.Skip("the ordinary run of all tests shows it; SHMRING_MUTATION=long runs them here")
	}
	seen := map[string]bool{}
	for _, m := range mutants() {
		if key := m.pkg + m.test; !seen[key] {
			seen[key] = true
			if out, dead := m.run(t, ""); dead {
				t.Errorf("%s in %s fails on the original:\n%s", m.test, m.pkg, out)
			}
		}
	}
}

// changed returns the file's text with the mutation.
func (m *mutant) changed(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		t.Fatalf("%s: %s has the text %d times, want once: %q", m.what, m.file, n, m.old)
	}
	return strings.Replace(string(text), m.old, m.new, 1)
}

// run runs the test that should kill the mutant, whose file has the given text; an empty one stands for the original. It
// reports whether the test failed.
func (m *mutant) run(t *testing.T, text string) (out string, dead bool) {
	t.Helper()
	args := []string{"test", "-count=1", "-short", "-run", "^(" + m.test + ")$"}
	if m.tags != "" {
		args = append(args, "-tags", m.tags)
	}
	if text != "" {
		args = append(args, "-overlay", overlay(t, m.file, text))
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append(args, m.pkg)...)
	cmd.Dir = root
	cmd.WaitDelay = time.Second
	b, err := cmd.CombinedOutput()
	out = string(b)
	switch {
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		t.Fatalf("%s does not compile:\n%s", m.what, out)
	case strings.Contains(out, "no tests to run"):
		t.Fatalf("%s has no test %s", m.pkg, m.test)
	}
	return out, err != nil
}

// overlay writes what makes the compiler see text in the place of a file.
func overlay(t *testing.T, file, text string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed, list := filepath.Join(dir, filepath.Base(file)), filepath.Join(dir, "overlay.json")
	b, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err == nil {
		err = os.WriteFile(changed, []byte(text), 0o600)
	}
	if err == nil {
		err = os.WriteFile(list, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}
