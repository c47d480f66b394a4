package docs

import (
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The public package is a face: few files, each short, each named after the noun that it belongs to.
const (
	maxFaceFiles = 40
	maxFaceLines = 300
)

// faceNouns are the words that a file name of package shmring may begin with, beside the exported types with methods.
var faceNouns = []string{"doc", "errors", "option"}

func faceFiles(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(files(t, ".go"), func(f string) bool {
		return path.Dir(f) != "shmring" || strings.HasSuffix(f, "_test.go")
	})
}

func TestPackageShmringHasFewShortFiles(t *testing.T) {
	all := faceFiles(t)
	if len(all) > maxFaceFiles {
		t.Errorf("package shmring has %d files, want at most %d: a mechanism belongs below shmring/internal", len(all), maxFaceFiles)
	}
	for _, f := range all {
		if n := strings.Count(read(t, f), "\n"); n > maxFaceLines {
			t.Errorf("%s has %d lines, want at most %d", f, n, maxFaceLines)
		}
	}
}

// fileNoun returns the noun that a file name begins with: "segment" of segment_list.go.
func fileNoun(name string) string {
	noun, _, _ := strings.Cut(strings.TrimSuffix(name, ".go"), "_")
	return noun
}

// firstWord returns the first word of a name in camel case, in small letters: "peer" of PeerDiedError.
func firstWord(name string) string {
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return strings.ToLower(name[:i])
		}
	}
	return strings.ToLower(name)
}

// methods returns the files that declare methods of each type of a package.
func methods(p checked) map[string][]string {
	where := map[string][]string{}
	for _, f := range p.files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			recv := p.info.Defs[fn.Name].(*types.Func).Signature().Recv().Type()
			if ptr, is := recv.(*types.Pointer); is {
				recv = ptr.Elem()
			}
			name := recv.(*types.Named).Obj().Name()
			if in := file(fn.Pos()); !slices.Contains(where[name], in) {
				where[name] = append(where[name], in)
			}
		}
	}
	return where
}

// A reader who looks for a method of Producer opens a file whose name begins with producer. Types without a file of their
// own, which help one file, keep all their methods in it; so do the detail errors.
func TestMethodsLieInFilesOfTheirTypesName(t *testing.T) {
	found := 0
	for _, p := range libraryPackages(t) {
		if !strings.HasPrefix(p.path, "shmring") {
			continue
		}
		for name, in := range methods(p) {
			found++
			for _, f := range in {
				if len(in) > 1 && fileNoun(f) != strings.TrimSuffix(firstWord(name), "s") {
					t.Errorf("%s: %s has methods in %q; %s does not begin with %q", p.path, name, in, f, firstWord(name))
				}
			}
		}
	}
	if found == 0 {
		t.Error("no method found: the test looks in the wrong place")
	}
}

func TestFilesOfPackageShmringBeginWithANoun(t *testing.T) {
	nouns := slices.Clone(faceNouns)
	for _, p := range libraryPackages(t) {
		if p.path == "shmring" {
			for _, name := range p.types.Scope().Names() {
				if _, is := p.types.Scope().Lookup(name).(*types.TypeName); is && ast.IsExported(name) {
					nouns = append(nouns, strings.ToLower(name))
				}
			}
		}
	}
	for _, f := range faceFiles(t) {
		if noun := fileNoun(path.Base(f)); !slices.Contains(nouns, noun) {
			t.Errorf("%s: %q is neither an exported type nor one of %q", f, noun, faceNouns)
		}
	}
}

// ownCalls are the files outside shmring/internal that call the kernel. Each says what it gains by that.
var ownCalls = []string{"frame/writer_sendto_unsafe_linux.go"}

// Only packages below shmring/internal ask the kernel for anything. Elsewhere package syscall serves for error numbers
// and for interfaces such as syscall.Conn.
func TestTheKernelHasOneDoor(t *testing.T) {
	asked := 0
	for _, p := range libraryPackages(t) {
		for id, obj := range p.info.Uses {
			fn, ok := obj.(*types.Func)
			if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
				continue
			}
			switch from := fn.Pkg().Path(); {
			case from != "syscall" && !strings.HasPrefix(from, "golang.org/x/sys/") && from != "github.com/edsrzf/mmap-go":
			case strings.HasPrefix(p.path, "shmring/internal/"):
				asked++
			case slices.Contains(ownCalls, path.Join(p.path, file(id.Pos()))):
			default:
				t.Errorf("%s/%s: %s calls %s.%s", p.path, file(id.Pos()), p.path, from, fn.Name())
			}
		}
	}
	if asked == 0 {
		t.Error("no call found below shmring/internal either: the test looks in the wrong place")
	}
}
