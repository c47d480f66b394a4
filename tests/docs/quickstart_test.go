package docs

import (
	"bytes"
	"context"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shmring/ipc/shmring"
)

// maxQuickstart bounds the lines, empty ones not counted, of each program of the quick start.
const maxQuickstart = 24

// patience ends programs that hang; they take a second, compilation included.
const patience = 2 * time.Minute

// quickstart returns the two programs of the README's quick start.
func quickstart(t *testing.T) (sender, receiver string) {
	t.Helper()
	var programs []string
	for _, b := range goBlocks(read(t, "README.md")) {
		if strings.HasPrefix(b.text, "package main\n") {
			programs = append(programs, b.text)
		}
	}
	if len(programs) < 2 {
		t.Fatalf("README.md has %d programs, want the sender and the receiver first", len(programs))
	}
	return programs[0], programs[1]
}

func TestTheQuickStartIsTheExampleThatIsTested(t *testing.T) {
	example := read(t, "shmring/example_quickstart_test.go")
	sender, receiver := quickstart(t)
	for _, p := range []struct{ name, program string }{{"sender", sender}, {"receiver", receiver}} {
		_, body, found := strings.Cut(p.program, "func main() {\n")
		if !found {
			t.Fatalf("the %s has no main", p.name)
		}
		body = strings.ReplaceAll(strings.TrimSuffix(body, "}\n"), `"feed"`, "name")
		_, tested, found := strings.Cut(example, "\t"+p.name+" := func() {\n")
		if !found {
			t.Fatalf("the example has no function %s", p.name)
		}
		tested, _, _ = strings.Cut(tested, "\n\t}\n")
		tested = strings.ReplaceAll("\n"+tested, "\n\t", "\n")[1:] + "\n"
		if body != tested {
			t.Errorf("the README's %s differs from the example:\n%s\n--- the example:\n%s", p.name, body, tested)
		}
	}
}

func TestTheQuickStartIsShortAndFormatted(t *testing.T) {
	sender, receiver := quickstart(t)
	for _, program := range []string{sender, receiver} {
		lines := 0
		for line := range strings.SplitSeq(program, "\n") {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
		if lines > maxQuickstart {
			t.Errorf("%d lines, want at most %d:\n%s", lines, maxQuickstart, program)
		}
		if formatted, err := format.Source([]byte(program)); err != nil || string(formatted) != program {
			t.Errorf("not as gofmt has it (%v):\n%s", err, program)
		}
	}
}

func TestTheQuickStartWorksBetweenTwoProcesses(t *testing.T) {
	sender, receiver := quickstart(t)
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	name := "docs-" + strings.ToLower(filepath.Base(filepath.Dir(dir)))
	run := func(program, text string) *exec.Cmd {
		source := filepath.Join(dir, program+".go")
		if err := os.WriteFile(source, []byte(strings.ReplaceAll(text, `"feed"`, `"`+name+`"`)), 0o600); err != nil {
			t.Fatal(err)
		}
		binary := filepath.Join(dir, program+".exe")
		build := exec.Command("go", "build", "-o", binary, source)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return exec.CommandContext(ctx, binary)
	}
	recv, send := run("receiver", receiver), run("sender", sender)
	t.Cleanup(func() {
		if err := shmring.Remove(name); err != nil {
			t.Error(err)
		}
	})
	var out bytes.Buffer
	recv.Stdout, recv.Stderr = &out, &out
	if err := recv.Start(); err != nil {
		t.Fatal(err)
	}
	if out, err := send.CombinedOutput(); err != nil {
		t.Errorf("sender: %v\n%s", err, out)
	}
	err := recv.Wait()
	if want := "message 0\nmessage 1\nmessage 2\n"; err != nil || out.String() != want {
		t.Errorf("the receiver printed %q, %v; want %q", out.String(), err, want)
	}
}
