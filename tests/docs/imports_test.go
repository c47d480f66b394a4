package docs

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// A rule is one row of the table in docs/ARCHITECTURE.md: which packages it is about and what they may
// import besides the standard library. A pattern may end in "/…".
type rule struct {
	packages []string
	may      []string
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// importTable reads the rows below the heading "Who imports whom".
func importTable(t *testing.T) []rule {
	t.Helper()
	_, section, found := strings.Cut(read(t, "docs/ARCHITECTURE.md"), "\n## Who imports whom\n")
	if !found {
		t.Fatal("docs/ARCHITECTURE.md has no section of this name")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var rules []rule
	for line := range strings.SplitSeq(section, "\n") {
		cells := strings.Split(line, "|")
		if !strings.HasPrefix(line, "| `") || len(cells) != 4 {
			continue
		}
		rules = append(rules, rule{spans(cells[1]), spans(cells[2])})
	}
	if len(rules) < 5 {
		t.Fatalf("read only %d rows", len(rules))
	}
	return rules
}

func spans(cell string) []string {
	var found []string
	for _, m := range codeSpan.FindAllStringSubmatch(cell, -1) {
		found = append(found, m[1])
	}
	return found
}

// matches reports whether a package, relative to the module or of another one, fits a pattern.
func matches(pattern, pkg string) bool {
	base, tree := strings.CutSuffix(pattern, "/…")
	return pkg == base || tree && strings.HasPrefix(pkg, base+"/")
}

func anyMatches(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if matches(p, pkg) {
			return true
		}
	}
	return false
}

// The rows are tried in their order: the first whose packages fit decides. All files count, of every
// platform; tests have a rule of their own.
func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	rules := importTable(t)
	used := make([]bool, len(rules))
	for _, file := range files(t, ".go") {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "examples/") || strings.Contains(file, "/testdata/") {
			continue
		}
		pkg := path.Dir(file)
		row := -1
		for i, r := range rules {
			if anyMatches(r.packages, pkg) {
				row = i
				break
			}
		}
		if row < 0 {
			t.Errorf("%s: no row of the table is about package %s", file, pkg)
			continue
		}
		used[row] = true
		for _, imported := range imports(t, file) {
			if standard(imported) {
				continue
			}
			name := strings.TrimPrefix(imported, module+"/")
			if name != pkg && !anyMatches(rules[row].may, name) && !anyMatches(rules[row].may, "anything") {
				t.Errorf("%s imports %s; the table allows package %s only %q", file, imported, pkg, rules[row].may)
			}
		}
	}
	for i, r := range rules {
		if !used[i] {
			t.Errorf("the table has a row for %q, which do not exist", r.packages)
		}
	}
}

func TestOnlyTheInnerPackagesKnowTheKernel(t *testing.T) {
	for _, file := range files(t, ".go") {
		if strings.HasPrefix(file, "shmring/internal/") || !library(file) {
			continue
		}
		for _, imported := range imports(t, file) {
			if strings.HasPrefix(imported, "golang.org/x/sys") || strings.HasPrefix(imported, "github.com/edsrzf/mmap-go") {
				t.Errorf("%s imports %s", file, imported)
			}
		}
	}
}

// Nobody imports commands, tests, benchmarks or examples.
func TestNobodyImportsProgramsAndTests(t *testing.T) {
	for _, file := range files(t, ".go") {
		for _, imported := range imports(t, file) {
			name, ours := strings.CutPrefix(imported, module+"/")
			if !ours || !library(file) {
				continue
			}
			if !library(name + "/") {
				t.Errorf("%s imports %s", file, imported)
			}
		}
	}
}
