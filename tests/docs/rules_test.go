package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// longest file in lines. Tables of test data have no natural place to be cut.
const longest = 400

func TestNoGoFileIsTooLongToBeReadAtASitting(t *testing.T) {
	for _, path := range files(t, ".go") {
		text := read(t, path)
		if generated(text) {
			continue
		}
		if n := strings.Count(text, "\n"); n > longest {
			t.Errorf("%s has %d lines, want at most %d", path, n, longest)
		}
	}
}

func TestUnsafeIsImportedOnlyByFilesWhoseNameSaysSo(t *testing.T) {
	for _, path := range files(t, ".go") {
		name := strings.TrimSuffix(filepath.Base(path), ".go")
		if strings.Contains(name, "_unsafe") || generated(read(t, path)) {
			continue
		}
		for _, imported := range imports(t, path) {
			if imported == "unsafe" {
				t.Errorf("%s imports unsafe", path)
			}
		}
	}
}

func TestEveryConversionThroughUnsafeHasAProof(t *testing.T) {
	checked := 0
	for _, path := range files(t, ".go") {
		if !strings.Contains(path, "_unsafe") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		text := read(t, path)
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			from := d.Pos()
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Doc != nil {
				from = fn.Doc.Pos()
			}
			source := text[fset.Position(from).Offset:fset.Position(d.End()).Offset]
			if !conversion.MatchString(source) {
				continue
			}
			checked++
			if !strings.Contains(source, "// SAFETY:") {
				t.Errorf("%s: converts pointers without a line that begins with // SAFETY:", fset.Position(d.Pos()))
			}
		}
	}
	if checked == 0 {
		t.Error("no conversion found: the test looks in the wrong place")
	}
}

// conversion matches what makes a pointer or a slice out of something else.
var conversion = regexp.MustCompile(`unsafe\.(Pointer|Slice|String|Add)\(`)

func TestTestsOfLibraryPackagesBringNoLibraries(t *testing.T) {
	// What a library package's tests import ends in the go.sum of everybody who uses the package.
	checked := 0
	for _, path := range files(t, "_test.go") {
		if !library(path) {
			continue
		}
		checked++
		for _, imported := range imports(t, path) {
			if !standard(imported) && !own(imported) && !encoders[imported] {
				t.Errorf("%s imports %s", path, imported)
			}
		}
	}
	if checked == 0 {
		t.Error("no test of a library package found")
	}
}

// encoders are the libraries that codecs are made of.
var encoders = map[string]bool{
	"github.com/cespare/xxhash/v2":       true,
	"github.com/vmihailenco/msgpack/v5":  true,
	"github.com/klauspost/compress/zstd": true,
	"golang.org/x/sys/unix":              true, // tests of shmring/internal, see the import table
	"golang.org/x/sys/windows":           true,
	"github.com/edsrzf/mmap-go":          true,
}

// hidden matches what a tracked file must not tell: where the repository lies on somebody's machine.
var hidden = regexp.MustCompile(`(^|[\s"'(=:])/(work|root|home|Users)/[A-Za-z]|[A-Z]:\\Users\\|proxy\.golang\.org|goproxy\.|pkg\.dev/`)

func TestNoFileNamesAPathOfSomebodysMachine(t *testing.T) {
	for _, path := range files(t, ".go", ".md", ".c", ".h", ".rs", ".s", ".toml", ".txt", ".txtar", ".ci/run", "go.mod") {
		for i, line := range strings.Split(read(t, path), "\n") {
			if path != "tests/docs/rules_test.go" && hidden.MatchString(line) {
				t.Errorf("%s:%d: %q", path, i+1, hidden.FindString(line))
			}
		}
	}
}

func TestEveryPackageIsDescribed(t *testing.T) {
	described, folders := map[string]bool{}, map[string]string{}
	for _, path := range files(t, ".go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f := parse(t, path, parser.PackageClauseOnly|parser.ParseComments)
		folder := filepath.ToSlash(filepath.Dir(path))
		folders[folder] = path
		described[folder] = described[folder] || f.Doc != nil || f.Name.Name == "main"
	}
	for folder := range folders {
		if !described[folder] {
			t.Errorf("package %s has no doc comment", folder)
		}
	}
}

func generated(text string) bool {
	return regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`).MatchString(text)
}

func parse(t *testing.T, path string, mode parser.Mode) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, read(t, path), mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// imports returns what a file imports, on whichever platform.
func imports(t *testing.T, path string) []string {
	t.Helper()
	var all []string
	for _, spec := range parse(t, path, parser.ImportsOnly).Imports {
		all = append(all, strings.Trim(spec.Path.Value, `"`))
	}
	return all
}

// module is this module's path.
const module = "github.com/shmring/ipc"

func own(imported string) bool { return imported == module || strings.HasPrefix(imported, module+"/") }

func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// library reports whether a file belongs to a package that users import.
func library(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "layout", "codec", "frame", "shmring":
		return true
	}
	return false
}
