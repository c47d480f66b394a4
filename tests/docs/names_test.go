package docs

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

var (
	variable = regexp.MustCompile(`\bSHMRING_[A-Z_]+\b`)
	fuzzName = regexp.MustCompile(`\bFuzz[A-Z]\w*\b`)
	apiName  = regexp.MustCompile(`^(?:With|Err|On|New)[A-Z]\w*`)
)

// A document that names what does not exist sends its reader the wrong way.
func TestDocumentsNameOnlyWhatExists(t *testing.T) {
	var source strings.Builder
	declared := map[string]bool{}
	for _, file := range files(t, ".go") {
		source.WriteString(read(t, file))
		if !library(file) || strings.HasSuffix(file, "_test.go") {
			continue
		}
		ast.Inspect(parse(t, file, 0), func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				declared[n.Name.Name] = true
			case *ast.TypeSpec:
				declared[n.Name.Name] = true
			case *ast.ValueSpec:
				for _, id := range n.Names {
					declared[id.Name] = true
				}
			}
			return true
		})
	}
	code, checked := source.String(), 0
	for _, doc := range files(t, ".md") {
		if doc == "CHANGELOG.md" {
			continue // it may name what is gone
		}
		text := read(t, doc)
		for _, name := range append(variable.FindAllString(text, -1), fuzzName.FindAllString(text, -1)...) {
			checked++
			if !strings.Contains(code, name) {
				t.Errorf("%s names %s, which no Go file knows", doc, name)
			}
		}
		for _, span := range spans(unfenced(text)) {
			name := apiName.FindString(span)
			if name == "" {
				continue
			}
			checked++
			if !declared[name] {
				t.Errorf("%s names %s, which no library package declares", doc, name)
			}
		}
	}
	if checked == 0 {
		t.Error("no name found: the test looks in the wrong place")
	}
}
