package generate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmring/ipc/cmd/bincodegen/generate"
)

// vector is a line of the file that a test program is to run.
type vector struct {
	Name, Type, Kind, Config, Hex, Class string
	Unordered                            bool
	Consumed                             int
	Options                              bool
}

// readVectors reads the file of the environment variable SHMRING_VECTORS, or that of package bincode, and
// writes a type for every schema in it.
func readVectors(t *testing.T) (lines []vector, names []string, code string) {
	name := os.Getenv("SHMRING_VECTORS")
	if name == "" {
		name = "../../../codec/bincode/testdata/open.jsonl"
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := source{declared: map[string]bool{}}
	seen := map[string]string{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<28)
	for in.Scan() {
		var l struct {
			vector
			Type     struct{ Schema json.RawMessage }
			Consumed int
			Options  struct {
				Limit    *uint64
				Trailing string
			}
			Error struct{ Class string }
		}
		var s schema
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(l.Type.Schema, &s); err != nil {
			t.Fatal(err)
		}
		v := l.vector
		v.Consumed, v.Class, v.Options = l.Consumed, l.Error.Class, l.Options.Limit != nil || l.Options.Trailing == "reject"
		var ok bool
		if v.Type, ok = seen[string(l.Type.Schema)]; !ok {
			v.Type = fmt.Sprint("T", len(names))
			seen[string(l.Type.Schema)] = v.Type
			names = append(names, v.Type)
			w.declare(v.Type, &s)
		}
		lines = append(lines, v)
	}
	if err := in.Err(); err != nil || len(lines) == 0 {
		t.Fatalf("%s: %d lines, %v", name, len(lines), err)
	}
	return lines, names, w.String()
}

// TestVectorsOfTheReferenceRunThroughGeneratedCode writes Go types for all schemas of the vectors, has methods
// generated for them, and runs every line in a program made of both. Lines in other configurations than the
// default run through the program behind the methods.
func TestVectorsOfTheReferenceRunThroughGeneratedCode(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program of many types; not with -short")
	}
	lines, names, types := readVectors(t)
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cases, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	runner, err := os.ReadFile("testdata/runner.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	head := "package main\n\nimport (\n\"net/netip\"\n\"time\"\n\n\"github.com/shmring/ipc/codec/bincode\"\n)\n\nvar _, _, _ = netip.Addr{}, time.Time{}, bincode.Union{}\n\n"
	registry := "package main\n\nvar programs = map[string]program{\n"
	for _, n := range names {
		registry += fmt.Sprintf("%q: of[%s](),\n", n, n)
	}
	files := map[string]string{
		"go.work":     fmt.Sprintf("go 1.26.0\n\nuse (\n%q\n%q\n)\n", root, dir),
		"go.mod":      "module vectors\n\ngo 1.26.0\n",
		"types.go":    head + types,
		"registry.go": registry + "}\n",
		"main.go":     string(runner),
		"cases.json":  string(cases),
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(name, text)
	}
	t.Setenv("GOWORK", filepath.Join(dir, "go.work"))
	code, err := generate.Code(dir, names, "types_bincode.go")
	if err != nil {
		t.Fatal(err)
	}
	write("types_bincode.go", string(code))
	cmd := exec.Command("go", "run", ".", "cases.json")
	cmd.Dir = dir
	var out, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &faults
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%.3000s%.3000s", err, out.String(), faults.String())
	}
	t.Logf("%d types for %d lines; run: %s", len(names), len(lines), strings.TrimSpace(out.String()))
	var ran map[string]int
	if err := json.Unmarshal(out.Bytes(), &ran); err != nil {
		t.Fatal(err)
	}
	ok := 0
	for _, l := range lines {
		if l.Kind == "ok" {
			ok++
		}
	}
	if n := ran["ok, generated code"] + ran["ok, the program behind generated methods"]; n != ok || ok == 0 {
		t.Errorf("%d of %d ok lines were run", n, ok)
	}
}
