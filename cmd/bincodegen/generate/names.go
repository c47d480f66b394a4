package generate

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// locals are the names that generated functions use themselves, and those they take from the universe.
var locals = strings.Fields("b n v e s m k t u i j text depth key val keys room rest src dst out borrow trial tag " +
	"lo hi r none set next " +
	"byte bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float32 float64 rune string error " +
	"len cap make new append copy clear range nil true false")

// reserved reports whether generated functions may use the name: for a local, or for a window, which is an f and a
// number.
func reserved(name string) bool {
	number, window := strings.CutPrefix(name, "f")
	return slices.Contains(locals, name) || window && strings.Trim(number, "0123456789") == ""
}

// names knows how the generated file calls types and packages.
type names struct {
	pkg     *types.Package
	imports map[string]string // path → name
	used    map[string]bool   // names in the file
}

func newNames(pkg *types.Package) *names {
	return &names{pkg, map[string]string{}, map[string]bool{}}
}

// free reports whether name can be given to an import.
func (n *names) free(name string) bool {
	return !n.used[name] && n.pkg.Scope().Lookup(name) == nil && !reserved(name)
}

// use imports the package with that path, whose own name is name, and returns its name in the file.
func (n *names) use(path, name string) string {
	if as, ok := n.imports[path]; ok {
		return as
	}
	as := name
	for i := 2; !n.free(as); i++ {
		as = fmt.Sprint(name, i)
	}
	n.imports[path], n.used[as] = as, true
	return as
}

// typ is how the file writes t, which must be nameable.
func (n *names) typ(t types.Type) string {
	return types.TypeString(types.Unalias(t), func(p *types.Package) string {
		if p == n.pkg {
			return ""
		}
		return n.use(p.Path(), p.Name())
	})
}

// nameable reports whether the file can write t.
func (n *names) nameable(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil && p != n.pkg && !t.Obj().Exported() {
			return false
		}
		if reserved(t.Obj().Name()) && t.Obj().Pkg() == n.pkg {
			return false
		}
		if t.Obj().Parent() != nil && t.Obj().Pkg() != nil && t.Obj().Parent() != t.Obj().Pkg().Scope() {
			return false
		}
		for arg := range t.TypeArgs().Types() {
			if !n.nameable(arg) {
				return false
			}
		}
	case *types.Pointer:
		return n.nameable(t.Elem())
	case *types.Slice:
		return n.nameable(t.Elem())
	case *types.Array:
		return n.nameable(t.Elem())
	case *types.Map:
		return n.nameable(t.Key()) && n.nameable(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() && f.Pkg() != n.pkg || !n.nameable(f.Type()) {
				return false
			}
		}
	}
	return true
}

// importBlock writes the imports.
func (n *names) importBlock() string {
	var std, other []string
	for path, as := range n.imports {
		line := fmt.Sprintf("%q", path)
		if as != path[strings.LastIndex(path, "/")+1:] {
			line = as + " " + line
		}
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
			other = append(other, line)
		} else {
			std = append(std, line)
		}
	}
	byPath := func(a, b string) int {
		return strings.Compare(a[strings.Index(a, `"`):], b[strings.Index(b, `"`):])
	}
	slices.SortFunc(std, byPath)
	slices.SortFunc(other, byPath)
	return "import (\n" + strings.Join(std, "\n") + "\n\n" + strings.Join(other, "\n") + "\n)\n"
}
