package generate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// listed is what go list says about a package.
type listed struct {
	ImportPath string
	Export     string // file with the types that the package exports
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	Error      *struct{ Err string }
}

// load type-checks the package in dir, without the file skip, which is about to be written anew. What the
// package uses of that file is missing then, and not reported.
func load(dir, skip string) (*types.Package, error) {
	found, err := list(dir, false, ".")
	if err != nil {
		return nil, err
	}
	pkg := found[0]
	if len(pkg.CgoFiles) > 0 {
		return nil, fmt.Errorf("package %s uses cgo, which bincodegen does not read", pkg.ImportPath)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		if name == skip {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s", dir)
	}
	look, err := exports(pkg.Dir, files)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", look), Error: func(error) {}, IgnoreFuncBodies: true}
	checked, _ := conf.Check(pkg.ImportPath, fset, files, nil) // faults in the types that matter are found by their use
	return checked, nil
}

// exports returns a look-up of the compiled types of everything that the files import.
func exports(dir string, files []*ast.File) (importer.Lookup, error) {
	var paths []string
	for _, f := range files {
		for _, i := range f.Imports {
			if path := strings.Trim(i.Path.Value, `"`); path != "unsafe" && path != "C" {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	file := map[string]string{}
	if len(paths) > 0 {
		found, err := list(dir, true, paths...)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			file[p.ImportPath] = p.Export
		}
	}
	return func(path string) (io.ReadCloser, error) {
		if file[path] == "" {
			return nil, fmt.Errorf("package %s cannot be compiled", path)
		}
		return os.Open(file[path])
	}, nil
}

// list runs go list in dir.
func list(dir string, deps bool, paths ...string) ([]listed, error) {
	args := []string{"list", "-e", "-json=ImportPath,Export,Dir,GoFiles,CgoFiles,Error"}
	if deps {
		args = append(args, "-export", "-deps")
	}
	cmd := exec.Command("go", append(append(args, "--"), paths...)...)
	cmd.Dir = dir
	var diagnostics bytes.Buffer
	cmd.Stderr = &diagnostics
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(diagnostics.String()))
	}
	var found []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			if len(found) == 0 {
				return nil, fmt.Errorf("go list found no package in %s", dir)
			}
			return found, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		case p.Error != nil && !deps && p.Dir == "":
			return nil, errors.New(p.Error.Err)
		}
		found = append(found, p)
	}
}
