package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// known maps the name of a package to its path, for the imports of snippets.
var known = map[string]string{
	"shmring": module + "/shmring", "layout": module + "/layout", "frame": module + "/frame",
	"codec": module + "/codec", "bincode": module + "/codec/bincode", "json": module + "/codec/json",
	"msgpack": module + "/codec/msgpack", "tagged": module + "/codec/tagged", "zstd": module + "/codec/zstd",
	"ipc":   module + "/codec/ipc",
	"bytes": "bytes", "context": "context", "errors": "errors", "expvar": "expvar", "fmt": "fmt", "fs": "io/fs",
	"http": "net/http", "io": "io", "log": "log", "net": "net", "os": "os", "runtime": "runtime", "slog": "log/slog",
	"strings": "strings", "sync": "sync", "time": "time", "binary": "encoding/binary", "testing": "testing",
}

const snippetParameters = "ctx context.Context, seg *shmring.Segment, p *shmring.Producer, c *shmring.Consumer, payload []byte, payloads [][]byte"

var (
	packageName = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)
	quoted      = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|//[^\n]*`)
)

func TestEverySnippetCompiles(t *testing.T) {
	for _, doc := range files(t, ".md") {
		snippets := goBlocks(read(t, doc))
		if len(snippets) == 0 {
			continue
		}
		t.Run(doc, func(t *testing.T) {
			t.Parallel()
			compileDocument(t, doc, snippets)
		})
	}
}

func goBlocks(markdown string) []block {
	var found []block
	for _, b := range blocks(markdown) {
		if b.language == "go" {
			found = append(found, b)
		}
	}
	return found
}

// compileDocument builds the programs of a document one by one and everything else together.
func compileDocument(t *testing.T, doc string, snippets []block) {
	dir := t.TempDir()
	var text strings.Builder
	for i, b := range snippets {
		if strings.HasPrefix(b.text, "package ") {
			build(t, filepath.Join(dir, fmt.Sprintf("program%d.go", i)), position(doc, b)+b.text)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package snippets\n"+b.text, 0); err == nil {
			fmt.Fprintf(&text, "\n%s%s", position(doc, b), b.text)
			continue
		}
		more := ""
		if _, list, found := strings.Cut(b.before, "<!-- with: "); found {
			more = ", " + strings.TrimSuffix(strings.TrimSpace(list), " -->")
		}
		fmt.Fprintf(&text, "\nfunc snippet%d(%s%s) error {\n{\n%s%s}\nreturn nil\n}\n", i, snippetParameters, more, position(doc, b), b.text)
	}
	if text.Len() > 0 {
		body := text.String()
		build(t, filepath.Join(dir, "snippets.go"), "package snippets\n\nimport (\n"+importsOf(body)+")\n"+body)
	}
}

// position makes the compiler name the document and its line.
func position(doc string, b block) string { return fmt.Sprintf("//line %s:%d\n", doc, b.line) }

func importsOf(body string) string {
	used := map[string]bool{"context": true, "shmring": true}
	if !strings.Contains(body, "func snippet") {
		used = map[string]bool{}
	}
	for _, m := range packageName.FindAllStringSubmatch(quoted.ReplaceAllString(body, ""), -1) {
		used[m[1]] = true
	}
	var lines []string
	for name := range used {
		if path, ok := known[name]; ok {
			lines = append(lines, fmt.Sprintf("\t%s %q\n", name, path))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

// build compiles one file as if it lay in this module, and throws the result away.
func build(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-gcflags=-e", "-o", os.DevNull, path)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	t.Errorf("%v\n%s", err, out)
}
