package docs

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testName  = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")
	runFlag   = regexp.MustCompile(`-(?:run|fuzz) '?([^' ]+)'?`)
	goPackage = regexp.MustCompile(`(?:^| )(\./[\w/]+)`)
)

// The page of proofs names tests and commands. Each must exist, and each command must run something.
func TestTheProofsExist(t *testing.T) {
	page := read(t, "docs/proofs.md")
	tests := map[string][]string{} // by directory
	known := map[string]bool{}
	for _, file := range files(t, "_test.go") {
		for _, d := range parse(t, file, 0).Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz")) {
				dir := filepath.ToSlash(filepath.Dir(file))
				tests[dir] = append(tests[dir], fn.Name.Name)
				known[fn.Name.Name] = true
			}
		}
	}
	named := testName.FindAllStringSubmatch(page, -1)
	for _, m := range named {
		if !known[m[1]] {
			t.Errorf("docs/proofs.md names %s, which does not exist", m[1])
		}
	}
	commands := 0
	for _, span := range spans(page) {
		if !strings.Contains(span, "go test ") && !strings.Contains(span, "go run ") {
			continue
		}
		commands++
		if strings.HasSuffix(span, " ./...") {
			continue
		}
		packages := goPackage.FindAllStringSubmatch(span, -1)
		if len(packages) == 0 {
			t.Errorf("%s: no package", span)
		}
		pattern := runFlag.FindAllStringSubmatch(span, -1)
		for _, p := range packages {
			dir := strings.TrimPrefix(p[1], "./")
			if info, err := os.Stat(filepath.Join(root, dir)); err != nil || !info.IsDir() {
				t.Errorf("%s: there is no package %s", span, p[1])
				continue
			}
			if !strings.Contains(span, "go test ") || len(pattern) == 0 {
				continue
			}
			match := regexp.MustCompile(pattern[len(pattern)-1][1])
			found := false
			for _, name := range tests[dir] {
				found = found || match.MatchString(name)
			}
			if !found {
				t.Errorf("%s: no test of %s matches", span, p[1])
			}
		}
	}
	if len(named) < 40 || commands < 15 {
		t.Errorf("read only %d tests and %d commands", len(named), commands)
	}
}

// Every promise of the README's table has a row.
func TestEveryGuaranteeHasAProof(t *testing.T) {
	_, section, _ := strings.Cut(read(t, "README.md"), "\n## Guarantees\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := strings.Count(section, "\n| ") - 1 // less the head
	if rows < 8 || !strings.Contains(section, "docs/proofs.md") {
		t.Errorf("the README has %d guarantees and must lead to docs/proofs.md", rows)
	}
}
