package shmring

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestDocsListWhichOptionsApplyToWhichCalls(t *testing.T) {
	for _, family := range []string{"Option", "SenderOption", "ReceiverOption"} {
		options, calls := optionsAndCalls(t, family)
		taken := applies()
		if family != "Option" { // one call, to which every option of the family applies
			taken = map[string][]string{}
			for call := range calls {
				taken[call] = slices.Collect(maps.Keys(options))
			}
		}
		takers := map[string][]string{}
		for call, names := range taken {
			for _, name := range names {
				takers[name] = append(takers[name], call)
			}
			if family == "Option" {
				equal(t, listed(t, call, calls[call], "Options: "), slices.Sorted(slices.Values(names)))
			}
		}
		for name, doc := range options {
			equal(t, listed(t, name, doc, "Calls: "), slices.Sorted(slices.Values(takers[name])))
			if !strings.Contains(strings.ToLower(doc), "default") {
				t.Errorf("the doc comment of %s has no default", name)
			}
		}
	}
}

// listed returns the sorted names in the paragraph of a doc comment that begins with title.
func listed(t *testing.T, name, doc, title string) []string {
	t.Helper()
	for paragraph := range strings.SplitSeq(doc, "\n\n") {
		if list, ok := strings.CutPrefix(paragraph, title); ok {
			return slices.Sorted(strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(" ,.\n", r) }))
		}
	}
	t.Errorf("the doc comment of %s has no paragraph %q", name, title)
	return nil
}

// optionsAndCalls returns the doc comments of all functions that return an option of a family, and of all that take some.
func optionsAndCalls(t *testing.T, family string) (options, calls map[string]string) {
	t.Helper()
	options, calls = map[string]string{}, map[string]string{}
	files, err := os.ReadDir(".")
	must(t, err)
	for _, entry := range files {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.ParseComments)
		must(t, err)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			if r := fn.Type.Results; r != nil && len(r.List) == 1 && isName(r.List[0].Type, family) {
				options[fn.Name.Name] = fn.Doc.Text()
			}
			for _, p := range fn.Type.Params.List {
				if e, ok := p.Type.(*ast.Ellipsis); ok && isName(e.Elt, family) {
					calls[fn.Name.Name] = fn.Doc.Text()
				}
			}
		}
	}
	if len(options) == 0 || len(calls) == 0 {
		t.Fatalf("the package has no option or no call of the family %s", family)
	}
	return options, calls
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
