package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// checked is a type-checked package of this module.
type checked struct {
	path  string // below the module, with slashes
	files []*ast.File
	types *types.Package
	info  *types.Info
}

// positions tells where the nodes of all checked packages are.
var positions = token.NewFileSet()

// file returns the name of the file that holds pos, without its directory.
func file(pos token.Pos) string { return filepath.Base(positions.Position(pos).Filename) }

// libraryPackages type-checks, for this platform, every package that users can import, and those below shmring/internal.
// The compiler's export data stands in for what they import.
func libraryPackages(t *testing.T) []checked {
	t.Helper()
	all, err := loadLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var loadLibrary = sync.OnceValues(func() ([]checked, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles", "./layout/...", "./codec/...", "./frame/...", "./shmring/...")
	cmd.Dir = root
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.Join(err, errors.New(failure.String()))
	}
	type listed struct {
		ImportPath, Export, Dir string
		GoFiles                 []string
	}
	export := map[string]string{}
	var ours []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		export[p.ImportPath] = p.Export
		if own(p.ImportPath) {
			ours = append(ours, p)
		}
	}
	config := types.Config{Importer: importer.ForCompiler(positions, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })}
	var all []checked
	for _, p := range ours {
		c := checked{
			path: strings.TrimPrefix(p.ImportPath, module+"/"),
			info: &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}},
		}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(positions, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			c.files = append(c.files, f)
		}
		if c.types, err = config.Check(p.ImportPath, positions, c.files, c.info); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
})
